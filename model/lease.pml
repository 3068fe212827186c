/*
 * Who may speak from the address: grants, ends and starts of SPEC.md for one group, two nodes and the object, to be searched
 * exhaustively (`npm run model`; README.md beside this file says what is left out, and why that is sound). With `PEERS` each node is
 * the other's peer, and may hold by its word.
 *
 * Nothing here counts without end. Of a number the model keeps what the protocol asks of it: of a generation and of a silence's k
 * whether it is the present one, of a renewal's number how long ago it was sent. So there are as many renewals, grants, restarts
 * and runs as the search likes; only epochs are counted.
 */

#ifndef TTL
#define TTL 3 /* ticks */
#endif
#ifndef MARGIN
#define MARGIN 1 /* and by so many ticks of TTL the nodes' clocks may differ */
#endif

/* As soon as nobody speaks of an epoch any more, the others are numbered anew: so epochs never run out. */
#define EPOCHS 3
#ifdef PAST
#define MAY_BEGIN (epoch < 2 + rolledBack)
#else
#ifdef RAW /* nothing is numbered anew, nor forgotten, nor swapped (`tidy`) */
#define MAY_BEGIN (epoch < EPOCHS)
#elif defined(WEAKER)
#define MAY_BEGIN (epoch < 2)
#else
#define MAY_BEGIN true
#endif
#endif
#ifndef UPS
#define UPS 2 /* messages that may be under way from a node */
#endif
#ifndef DOWNS
#define DOWNS 1 /* and to it */
#endif
#define UP(n, i) ((n) * UPS + (i))
#define DOWN(n, i) ((n) * DOWNS + (i))

#ifdef WEAKER_MARGIN
#define FUSE TTL
#else
#define FUSE (TTL - MARGIN) /* GR1 */
#endif

#define ROUNDS (TTL + 1) /* after so many ticks without a fault the group has an owner */

/* Runs: the present one of each node, and its earlier ones, which are as good as one. */
#define NOBODY 0
#define RUN(n) (1 + (n))
#define EARLIER(n) (3 + (n))

/* ---- messages ------------------------------------------------------------------------------------------------------------ */

/* What a renewal says of an epoch. */
#define NOTHING_SENT 0
#define PLAIN 1
#define INTACT 2 /* ST2: my fuse for it has not blown */
#define RELEASED 3 /* EN2 */

/* Which generation it names. */
#define ANOTHER 0
#define PRESENT 1
#define COUNTED 2 /* and has counted a ttl since its first answer of it (ST1) */

typedef Renewal {
  unsigned says : 2;
  unsigned epoch : 3;
  unsigned names : 2;
  unsigned age : 3; /* since `sentAt`, by the sender's clock; FUSE: too old to grant anything */
  bit claim; /* EN3: I have counted a ttl, and of the value that is the present one */
  bit earlier; /* of an earlier run */
#ifdef PAST
  unsigned seen : 3 /* the highest epoch that the sender has seen (ST5) */
#endif
#ifdef PEERS
  bit acknowledges /* it names the newest assignment (PW3) */
#endif
};

/* What an answer says. */
#define NO_ANSWER 0
#define WELCOME 1 /* nothing but the generation */
#define GRANT 2
#define SILENCE 3 /* the present value of the owner's silence (EN5); of one that has gone there is nothing to count */

typedef Answer {
  unsigned says : 2;
  unsigned epoch : 3;
  unsigned age : 3; /* of the renewal that it answers */
  bit present /* of the present generation; kept while the object is holding, and asked for then only */
};

/*
 * What is on its way is a register: sending overwrites one of a few, and reading leaves it there. So a message may be lost (nobody
 * reads it), late, heard again, or overtaken, and a partition, one way or both, is a time in which nobody reads.
 */
Renewal up[2 * UPS];
Answer down[2 * DOWNS];

/* ---- the nodes ----------------------------------------------------------------------------------------------------------- */

#define IDLE 0
#define HAS 1 /* the present run has been granted `least` */
#define GONE 2 /* it has released the epoch below `least`, and says so (EN2) */

typedef Node {
  unsigned is : 2;
  unsigned least : 3; /* the lowest epoch that it obeys (AM4) */
  unsigned fuse : 3; /* ticks until it blows; until then the address is there */
  unsigned ghost : 3; /* the same of an earlier run: killed, and its fences let the address be until then */
  unsigned count : 3; /* 0: counts nothing; c: has counted c - 1 ticks of the present silence */
  unsigned since : 3; /* 0: no answer of this generation; s: s - 1 ticks since the first one; kept while the object is holding */
#ifdef PEERS
  /* As an owner: its fuse is what grants have given, and beside it is what its peer has promised. */
  unsigned word : 3; /* ticks until that is over */
  unsigned asked : 3; /* an ask is under way to the peer, for so many ticks worth something yet */
  unsigned promised : 3; /* a promise is under way back; the same */
  bit gone; /* "all of it is offline here" is under way to the peer (PW5) */
  bit listed; /* it goes by a list that its peer is on (PW1) */
  bit newest; /* and has that from the newest assignment */
  /* As a peer. */
  unsigned given : 3 /* ticks until its own promise is over (PW4) */
#endif
};

Node node[2];

/* ---- the object ---------------------------------------------------------------------------------------------------------- */

unsigned epoch : 3; /* the last that was begun */
unsigned owner : 3;
#if defined(PEERS) && defined(WEAKER)
bit holding; /* these stories begin behind that */
#else
bit holding = 1; /* since its start (ST1) */
#endif

#ifdef PAST
/*
 * A copy of what was once written: an instance that was cut off goes on with it beside its successor, and once the object is rolled
 * back to it.
 */
bit copied;
bit rolledBack;
unsigned copyOfEpoch : 3;
unsigned copyOfOwner : 3;
unsigned held : 3; /* the epoch of the ownership: after a repair the last one is higher (ST5) */
bit extended; /* by this start of the object */
bit ending; /* an ownership that is extended no more (ST5) */
#else
#define held epoch
#define ending false
#endif

#ifdef PEERS
bit list; /* the peer is on the one that was written last (PW1) */
bit unsure; /* the owner may go by another one yet (PW3) */
unsigned third : 3; /* the `count` of somebody on no list, who hears of each silence at once */
#endif

/* ---- the promise --------------------------------------------------------------------------------------------------------- */

#ifdef PEERS
#ifdef WEAKER_KEEP
#define WORD(n) node[n].word
#else
#define WORD(n) (node[n].listed -> node[n].word : 0)
#endif
#define FUSE_OF(n) (node[n].fuse > WORD(n) -> node[n].fuse : WORD(n)) /* PW2 */
#else
#define FUSE_OF(n) node[n].fuse
#endif

#define SPEAKERS ((FUSE_OF(0) > 0) + (node[0].ghost > 0) + (FUSE_OF(1) > 0) + (node[1].ghost > 0))

#ifdef WEAKER_BIND
#define BINDS(n) (node[n].is == HAS)
#else
#define BINDS(n) (node[n].is == HAS && FUSE_OF(n) > 0)
#endif

inline keepsPromise() {
  assert(SPEAKERS <= 1);
  assert(!BINDS(0) || FUSE_OF(0) > 0);
  assert(!BINDS(1) || FUSE_OF(1) > 0)
#ifdef PEERS
  ;
  assert(owner != NOBODY || SPEAKERS == 0)
#endif
}

/* ---- time ---------------------------------------------------------------------------------------------------------------- */

byte s; /* a message, while all of them are gone through */
byte least; /* the lowest epoch that a message names */
unsigned steady : 3; /* ticks until one clock may again advance without the other */

inline older(it) {
  if :: it < FUSE -> it++ :: else fi
}
inline younger(it) {
  if :: it > 0 -> it-- :: else fi
}
inline counted(it) {
  if :: it > 0 && it <= TTL -> it++ :: else fi
}

#ifdef PEERS
/* PW6: no promise relights a fuse that has blown, and what was asked for before that counts no more. */
inline blows(n) {
  if
  :: FUSE_OF(n) == 0 ->
#ifndef WEAKER_RELIGHT
    node[n].word = 0;
#ifndef WEAKER_BEFORE
    node[n].asked = 0;
    node[n].promised = 0
#endif
#else
    skip
#endif
  :: else
  fi
}
#endif

/* One tick of a node's monotonic clock. Its fences act at the deadline, whatever its agent does. */
inline tick(n) {
  younger(node[n].fuse);
  younger(node[n].ghost);
  counted(node[n].count);
  counted(node[n].since);
#ifdef PEERS
  younger(node[n].word);
  younger(node[n].asked);
#ifndef WEAKER_ARRIVAL
  younger(node[n].promised);
#endif
  younger(node[n].given);
  blows(n);
#endif
  for (s : UP(n, 0) .. UP(n, UPS - 1)) {
    if :: up[s].says != NOTHING_SENT && !up[s].earlier -> older(up[s].age) :: else fi
  }
  for (s : DOWN(n, 0) .. DOWN(n, DOWNS - 1)) {
    if :: down[s].says == GRANT -> older(down[s].age) :: else fi
  }
  s = 0
}

/* The third party's clock goes with the faster one of the two. */
inline tickOfThird() {
#ifdef PEERS
  counted(third)
#else
  skip
#endif
}

/* ---- the object's parts -------------------------------------------------------------------------------------------------- */

inline forgetAnswer(d) {
  down[d].says = NO_ANSWER;
  down[d].epoch = 0;
  down[d].age = 0;
  down[d].present = 0
}

/* The silence has another value from now on: what anybody has counted, claims or is told of it is of one that has gone. */
inline silenceChanges() {
  node[0].count = 0;
  node[1].count = 0;
  for (s : 0 .. 2 * UPS - 1) {
    up[s].claim = 0
  }
  for (s : 0 .. 2 * DOWNS - 1) {
    if :: down[s].says == SILENCE -> forgetAnswer(s) :: else fi
  }
#ifdef PEERS
  third = (owner != NOBODY);
#endif
  s = 0
}

/* Each renewal of the owner that is answered is a new k (EN3). */
inline heard() {
#ifndef WEAKER_K
  silenceChanges()
#else
  skip
#endif
}

/* What is asked for only while the object is holding: what belongs to this start of it. */
inline forgetGeneration() {
  node[0].since = 0;
  node[1].since = 0;
  for (s : 0 .. 2 * UPS - 1) {
    up[s].names = ANOTHER;
    if :: up[s].says == INTACT -> up[s].says = PLAIN; up[s].epoch = 0 :: else fi
  }
  for (s : 0 .. 2 * DOWNS - 1) {
    down[s].present = 0;
    if :: down[s].says == WELCOME -> forgetAnswer(s) :: else fi
  }
  s = 0
}

/* A new generation is written, and then what is there is read (ST1). It is part of each silence's value (EN3). */
inline start() {
  forgetGeneration();
  silenceChanges();
#ifdef PAST
  extended = 0;
#endif
#ifdef WEAKER_HOLD
  holding = 0
#else
  holding = 1
#endif
}

inline end() {
  owner = NOBODY;
#ifdef PAST
  held = 0;
  ending = 0;
  extended = 0;
#endif
#ifdef PEERS
  list = 0;
  unsure = 0;
  for (s : 0 .. 1) {
    node[s].given = 0; /* a promise is one of this ownership */
    node[s].gone = 0
  }
#endif
  silenceChanges()
}

#ifdef PEERS
/* PW3: who claims is on each list that the owner may go by, or is a later run of its agent. So either node is; and the third party? */
#if defined(WEAKER_STRANGER)
#define ANYBODY_CLAIMS true
#elif defined(WEAKER_EARLY)
#define ANYBODY_CLAIMS (!list)
#elif defined(WEAKER_OLD)
#define ANYBODY_CLAIMS (unsure -> list : !list)
#else
#define ANYBODY_CLAIMS (!list && !unsure)
#endif
#if defined(WEAKER_EVERY)
#define MAY_CLAIM(n) (!unsure || owner == EARLIER(n))
#elif defined(WEAKER_SUCCESSOR)
#define MAY_CLAIM(n) (owner != EARLIER(n) || (!list && !unsure))
#else
#define MAY_CLAIM(n) true
#endif

#ifdef WEAKER_ACKNOWLEDGE
#define ACKNOWLEDGES(u) true
#else
#define ACKNOWLEDGES(u) up[u].acknowledges
#endif

/* The policy is switched, or the peer comes or goes: what is written comes first. */
inline changeList() {
  list = 1 - list;
  unsure = 1;
  node[0].newest = 0;
  node[1].newest = 0;
  for (s : 0 .. 2 * UPS - 1) {
    up[s].acknowledges = 0
  }
  s = 0
}
#else
#define MAY_CLAIM(n) true
#endif

/* EN6. The object may choose any run that may join (ST4). */
inline begin(n, withPeer) {
#ifdef WEAKER_EPOCH
  epoch = (epoch == 0 -> 1 : epoch);
#else
  epoch++;
#endif
#ifndef RAW
  assert(epoch <= EPOCHS);
#endif
#ifdef PAST
  held = epoch;
#else
  assert(epoch > node[0].least || (epoch == node[0].least && node[0].is != HAS));
  assert(epoch > node[1].least || (epoch == node[1].least && node[1].is != HAS));
#endif
  owner = RUN(n);
#ifdef PEERS
  list = withPeer;
  node[n].listed = withPeer;
#endif
  silenceChanges()
}

inline answer(d, what, which, sent) {
  down[d].says = what;
  down[d].epoch = which;
  down[d].age = sent;
  down[d].present = holding
}

#ifdef WEAKER_RUN
#define IS(n, u) RUN(n)
#else
#define IS(n, u) (up[u].earlier -> EARLIER(n) : RUN(n)) /* ST4 */
#endif

#define SAYS_INTACT(u) (up[u].names != ANOTHER && up[u].says == INTACT && up[u].epoch == held)
#ifdef WEAKER_RESUME
#define MAY_EXTEND(u) true
#else
#define MAY_EXTEND(u) (!holding || SAYS_INTACT(u)) /* ST2 */
#endif

#ifdef PAST
/* ST5: somebody has seen more than is known here. */
inline repair(u) {
  if
  :: up[u].seen > epoch ->
    epoch = up[u].seen;
    ending = (owner != NOBODY && !extended);
    forgetGeneration();
    silenceChanges();
    holding = 1
  :: else
  fi
}
#endif

/* What a renewal of node n proves is taken first: then it is answered, in d. */
inline take(n, u) {
#ifdef PAST
  repair(u);
#endif
#ifdef PEERS
  if
  :: ACKNOWLEDGES(u) && owner == IS(n, u) -> unsure = 0
  :: else
  fi;
#endif
#ifdef WEAKER_ABSENCE
  if
  :: up[u].says == PLAIN && extended && owner == IS(n, u) -> end()
  :: else
  fi;
#endif
  if
  :: up[u].says == RELEASED && up[u].epoch == held && owner == IS(n, u) -> end() /* EN2 */
  :: else
  fi;
  if
  :: holding && up[u].names == COUNTED -> forgetGeneration(); holding = 0 /* ST1 */
  :: else
  fi;
  if
  :: up[u].claim && owner != NOBODY && owner != IS(n, u) && MAY_CLAIM(n) -> end() /* EN3, EN10 */
  :: else
  fi
}

inline welcome(d) {
  if :: holding -> answer(d, WELCOME, 0, 0) :: else fi
}

inline extend(u, d) {
  heard();
#ifdef PAST
  extended = 1;
#endif
  if :: !up[u].earlier -> answer(d, GRANT, held, up[u].age) :: else fi
}

/* What is written comes first; nobody reads an answer to an earlier run. */
inline reply(n, u, d) {
  if
  :: owner == IS(n, u) && MAY_EXTEND(u) && !ending -> extend(u, d)
  :: owner == IS(n, u) && !MAY_EXTEND(u) -> heard(); if :: !up[u].earlier -> welcome(d) :: else fi
  :: else ->
#ifdef WEAKER_KNOCK
    if :: owner == EARLIER(n) -> heard() :: else fi;
#endif
    if
    :: up[u].earlier
    :: !up[u].earlier && owner != NOBODY && owner != IS(n, u) -> answer(d, SILENCE, held, 0)
    :: else -> welcome(d)
    fi
  fi
}

#ifdef PEERS
/* ---- what the agents say to each other ----------------------------------------------------------------------------------- */

#ifdef WEAKER_RELIGHT
#define GOES_BY_LIST(n) (node[n].is == HAS && node[n].listed)
#else
#define GOES_BY_LIST(n) (node[n].is == HAS && node[n].listed && FUSE_OF(n) > 0) /* PW6 */
#endif

/* It names the ask; and what it answers was asked after any `gone` that is under way, so that one is of no use any more (PW5). */
inline promise(n, o) {
#ifdef WEAKER_ARRIVAL
  node[o].promised = FUSE;
#else
  node[o].promised = node[o].asked;
#endif
#ifndef WEAKER_LATE
  node[o].gone = 0;
#endif
  node[n].given = TTL
}

#ifdef WEAKER_NEWEST
#define PROMISED(n) node[n].asked
#else
#define PROMISED(n) node[n].promised /* PW2 */
#endif

inline believe(n) {
  if
  :: PROMISED(n) > node[n].word -> node[n].word = PROMISED(n)
  :: else
  fi
#ifndef WEAKER
  ;
  assert(owner == RUN(n) && epoch == node[n].least)
#endif
}

/* PW5. Its peer withdraws its word, or has done so long ago: whatever the reason, it goes. */
inline yield(n) {
#ifndef WEAKER_GONE
  drop(n);
#endif
  node[n].gone = 1
}

inline forgetWords(n) {
  node[n].word = 0;
  node[n].asked = 0;
  node[n].promised = 0;
  node[n].listed = 0;
  node[n].newest = 0
}
#endif

/* ---- the agent's parts --------------------------------------------------------------------------------------------------- */

#if defined(PEERS) && !defined(WEAKER_PROMISE)
#define IS_BOUND(n) (node[n].given > 0) /* PW4 */
#else
#define IS_BOUND(n) false
#endif

inline say(n, u, what, which) {
  up[u].says = what;
  up[u].epoch = which;
  up[u].earlier = 0;
  up[u].age = 0;
  up[u].names = (node[n].since == 0 -> ANOTHER : (node[n].since <= TTL -> PRESENT : COUNTED));
  up[u].claim = (node[n].count == TTL + 1 && !IS_BOUND(n))
#ifdef PEERS
  ;
  up[u].acknowledges = (unsure && node[n].newest)
#endif
#ifdef PAST
  ;
  up[u].seen = (node[n].is == GONE -> node[n].least - 1 : node[n].least)
#endif
}

#ifdef WEAKER_ABSENCE
#define IS_ASKED(n) true
#else
#define IS_ASKED(n) (node[n].since > 0) /* nobody asks for it but an object that is holding, and of this start */
#endif

inline renew(n, u) {
  if
  :: node[n].is == HAS && FUSE_OF(n) > 0 && IS_ASKED(n) -> say(n, u, INTACT, node[n].least)
  :: node[n].is == GONE -> say(n, u, RELEASED, node[n].least - 1)
  :: else -> say(n, u, PLAIN, 0)
  fi
}

inline drop(n) {
  node[n].fuse = 0
#ifdef PEERS
  ;
  node[n].word = 0;
  blows(n)
#endif
}

/* AM4: once an epoch was seen, none below it is obeyed; and what is seen is on the disk first (AM3). */
inline see(n, seen) {
  if
  :: seen > node[n].least ->
    node[n].least = seen;
    node[n].is = IDLE;
    drop(n)
  :: else
  fi
}

#ifdef WEAKER_FINAL
#define OBEYS(n, d) (down[d].epoch >= node[n].least || (node[n].is == GONE && down[d].epoch + 1 == node[n].least))
#else
#define OBEYS(n, d) (down[d].epoch >= node[n].least)
#endif
#ifdef WEAKER_RECEIPT
#define GRANTED(d) FUSE
#else
#define GRANTED(d) (FUSE - down[d].age) /* GR1 */
#endif

inline obey(n, d) {
  if
  :: holding && down[d].present && node[n].since == 0 -> node[n].since = 1
  :: else
  fi;
  if
  :: down[d].says == GRANT && OBEYS(n, d) ->
#ifdef WEAKER_FINAL
    node[n].least = down[d].epoch;
#endif
    see(n, down[d].epoch);
    node[n].is = HAS;
    /* GR4: of all grants the one whose renewal was sent last. What is obeyed is what is written. */
    if
    :: GRANTED(d) > node[n].fuse ->
      node[n].fuse = GRANTED(d);
#if !defined(PAST) && !defined(WEAKER)
      assert(owner == RUN(n) && epoch == down[d].epoch)
#endif
    :: else
    fi
  :: down[d].says == SILENCE ->
    see(n, down[d].epoch);
    if :: node[n].count == 0 -> node[n].count = 1 :: else fi /* EN5 */
  :: else
  fi
}

/* Moved, drained, redefined, or told to stop: all is taken offline, and then it is released, for ever (EN2). */
inline release(n) {
#ifndef WEAKER_RELEASE
  drop(n);
#endif
  node[n].least++;
  node[n].is = GONE
}

/* Killed, and run again: nothing is left of the run but what is on the disk, what is under way, and its address. */
inline restart(n) {
  if
  :: FUSE_OF(n) > node[n].ghost -> node[n].ghost = FUSE_OF(n)
  :: else
  fi;
  if
  :: node[n].is == GONE -> node[n].least--
  :: else
  fi;
  node[n].is = IDLE;
  node[n].fuse = 0;
  node[n].count = 0;
  node[n].since = 0;
#ifdef PEERS
  forgetWords(n);
  node[n].given = 0;
#endif
#ifndef WEAKER_RUN
  if :: owner == RUN(n) -> owner = EARLIER(n) :: else fi;
#endif
#ifdef PAST
  if :: copyOfOwner == RUN(n) -> copyOfOwner = EARLIER(n) :: else fi;
#endif
  for (s : UP(n, 0) .. UP(n, UPS - 1)) {
    if :: up[s].says != NOTHING_SENT -> up[s].earlier = 1; up[s].age = 0 :: else fi
  }
  for (s : DOWN(n, 0) .. DOWN(n, DOWNS - 1)) {
    forgetAnswer(s)
  }
  s = 0
}

/* GU3: the guard of a killed agent ends what it held, and then releases it. */
inline guard(n, u) {
  node[n].ghost = 0;
  up[u].says = RELEASED;
  up[u].epoch = node[n].least;
  up[u].earlier = 1;
  up[u].age = 0;
  up[u].names = ANOTHER;
  up[u].claim = 0
#ifdef PEERS
  ;
  up[u].acknowledges = 0
#endif
#ifdef PAST
  ;
  up[u].seen = 0
#endif
}

/* ---- states that differ in nothing --------------------------------------------------------------------------------------- */

inline forgetRenewal(u) {
  up[u].says = NOTHING_SENT;
  up[u].epoch = 0;
  up[u].names = ANOTHER;
  up[u].age = 0;
  up[u].claim = 0;
  up[u].earlier = 0
#ifdef PEERS
  ;
  up[u].acknowledges = 0
#endif
#ifdef PAST
  ;
  up[u].seen = 0
#endif
}

/* What can have no effect any more is forgotten: an epoch that has ended does not come back. */
inline tidyUp(n, u) {
  if
  :: up[u].says == RELEASED && (up[u].epoch != epoch || owner != IS(n, u)) -> up[u].says = PLAIN; up[u].epoch = 0
  :: up[u].says == INTACT && up[u].epoch != epoch -> up[u].says = PLAIN; up[u].epoch = 0
  :: else
  fi;
  if
  :: up[u].earlier && up[u].says == PLAIN && !up[u].claim && up[u].names != COUNTED && owner != EARLIER(n) -> forgetRenewal(u)
  :: else
  fi
}

#define IS_OVER(it) (it != epoch || owner == NOBODY)

inline tidyDown(n, d) {
  if
  :: down[d].says == WELCOME && node[n].since > 0 -> forgetAnswer(d)
  :: down[d].says == GRANT && (down[d].epoch < node[n].least || (down[d].age == FUSE && IS_OVER(down[d].epoch))) ->
    forgetAnswer(d)
  :: else
  fi
}

#define SIZE_UP(m) (up[m].says + 4 * (up[m].epoch + 8 * (up[m].names + 4 * (up[m].age + 8 * (up[m].claim + 2 * up[m].earlier)))))
#define SIZE_DOWN(m) (down[m].says + 4 * (down[m].epoch + 8 * (down[m].age + 8 * down[m].present)))

inline swap(one, other) {
  s = one;
  one = other;
  other = s;
  s = 0
}

inline swapUp(u, o) {
  swap(up[u].says, up[o].says);
  swap(up[u].epoch, up[o].epoch);
  swap(up[u].names, up[o].names);
  swap(up[u].age, up[o].age);
  swap(up[u].claim, up[o].claim);
  swap(up[u].earlier, up[o].earlier)
#ifdef PEERS
  ;
  swap(up[u].acknowledges, up[o].acknowledges)
#endif
#ifdef PAST
  ;
  swap(up[u].seen, up[o].seen)
#endif
}

inline swapDown(d, o) {
  swap(down[d].says, down[o].says);
  swap(down[d].epoch, down[o].epoch);
  swap(down[d].age, down[o].age);
  swap(down[d].present, down[o].present)
}

/* Which of its two ways a message has taken is all the same. */
inline sortUp(u, o) {
  if :: SIZE_UP(u) > SIZE_UP(o) -> swapUp(u, o) :: else fi
}

inline sortDown(d, o) {
  if :: SIZE_DOWN(d) > SIZE_DOWN(o) -> swapDown(d, o) :: else fi
}

inline tidyNode(n) {
  if
  :: node[n].is == GONE && (node[n].least - 1 != epoch || owner != RUN(n)) -> node[n].is = IDLE
#ifndef WEAKER_RELIGHT
  :: node[n].is == HAS && FUSE_OF(n) == 0 && (node[n].least != epoch || owner != RUN(n)) -> node[n].is = IDLE
#endif
  :: else
  fi;
  tidyUp(n, UP(n, 0));
#if UPS == 2
  tidyUp(n, UP(n, 1));
  sortUp(UP(n, 0), UP(n, 1));
#endif
#if DOWNS == 2
  tidyDown(n, DOWN(n, 1));
  sortDown(DOWN(n, 0), DOWN(n, 1));
#endif
  tidyDown(n, DOWN(n, 0))
}

#define SIZE(n) (node[n].is + 4 * (node[n].least + 8 * (node[n].fuse + 8 * (node[n].ghost + 8 * (node[n].count + 8 * (node[n].since + 8 * SIZE_UP(UP(n, 0))))))))

/* And so it is which of the two nodes is which. */
inline sortNodes() {
  if
  :: SIZE(0) > SIZE(1) ->
    swap(node[0].is, node[1].is);
    swap(node[0].least, node[1].least);
    swap(node[0].fuse, node[1].fuse);
    swap(node[0].ghost, node[1].ghost);
    swap(node[0].count, node[1].count);
    swap(node[0].since, node[1].since);
#ifdef PEERS
    swap(node[0].word, node[1].word);
    swap(node[0].asked, node[1].asked);
    swap(node[0].promised, node[1].promised);
    swap(node[0].gone, node[1].gone);
    swap(node[0].listed, node[1].listed);
    swap(node[0].newest, node[1].newest);
    swap(node[0].given, node[1].given);
#endif
    swapUp(UP(0, 0), UP(1, 0));
    swapDown(DOWN(0, 0), DOWN(1, 0));
#if UPS == 2
    swapUp(UP(0, 1), UP(1, 1));
#endif
#if DOWNS == 2
    swapDown(DOWN(0, 1), DOWN(1, 1));
#endif
    if
    :: owner == RUN(0) -> owner = RUN(1)
    :: owner == RUN(1) -> owner = RUN(0)
    :: owner == EARLIER(0) -> owner = EARLIER(1)
    :: owner == EARLIER(1) -> owner = EARLIER(0)
    :: else
    fi
#ifdef PAST
    ;
    if
    :: copyOfOwner == RUN(0) -> copyOfOwner = RUN(1)
    :: copyOfOwner == RUN(1) -> copyOfOwner = RUN(0)
    :: copyOfOwner == EARLIER(0) -> copyOfOwner = EARLIER(1)
    :: copyOfOwner == EARLIER(1) -> copyOfOwner = EARLIER(0)
    :: else
    fi
#endif
  :: else
  fi
}

#ifdef PEERS
inline tidyWords(n, o) {
  /* Of a list that is sure everybody knows; and who owns nothing goes by none. */
#ifndef WEAKER_RELIGHT
  if :: owner != RUN(n) -> node[n].listed = 0 :: else fi;
#endif
  if :: owner != RUN(n) || !unsure -> node[n].newest = 0 :: else fi;
  for (s : UP(n, 0) .. UP(n, UPS - 1)) {
    if :: owner != IS(n, s) || !unsure -> up[s].acknowledges = 0 :: else fi
  }
  s = 0;
  /* It will be over before there is anything to claim. */
  if :: node[n].given + node[n].count <= TTL + 1 -> node[n].given = 0 :: else fi;
#ifndef WEAKER_LATE
  if :: node[o].given == 0 -> node[n].gone = 0 :: else fi;
#endif
#ifndef WEAKER
  /* A run that is gone acknowledges nothing: only its peer claims, or its successor. */
  if
  :: owner == EARLIER(n) && (list || unsure) && !up[UP(n, 0)].acknowledges && !up[UP(n, UPS - 1)].acknowledges ->
    list = 1;
    unsure = 0;
    third = 0
  :: else
  fi
#endif
}
#endif

/* The last epoch is the second one, and nobody has or hears the first any more: then it is called the first from now on. */
inline renumber() {
  if
  :: epoch == 2 && !(node[0].is != IDLE && node[0].least == 1) && !(node[1].is != IDLE && node[1].least == 1) ->
    least = 2;
    for (s : 0 .. 2 * DOWNS - 1) {
      if :: down[s].epoch == 1 -> least = 1 :: else fi
    }
    if
    :: least == 2 ->
      epoch = 1;
      younger(node[0].least);
      younger(node[1].least);
      for (s : 0 .. 2 * DOWNS - 1) {
        younger(down[s].epoch)
      }
      for (s : 0 .. 2 * UPS - 1) {
        younger(up[s].epoch)
      }
    :: else
    fi;
    s = 0;
    least = 0
  :: else
  fi;
  /* No epoch is below the first. */
  if :: node[0].least == 0 -> node[0].least = 1 :: else fi;
  if :: node[1].least == 0 -> node[1].least = 1 :: else fi
}

inline tidy() {
#ifndef RAW
#ifndef PAST
  tidyNode(0);
  tidyNode(1);
#ifdef PEERS
  tidyWords(0, 1);
  tidyWords(1, 0);
#endif
#ifndef WEAKER
  renumber();
#endif
#endif
#ifndef WEAKER
  sortNodes()
#endif
#else
  skip
#endif
}

/* ---- everything that may happen, in any order ---------------------------------------------------------------------------- */

inline renews(n, u) {
  renew(n, u);
  printf("node %d sends by way %d: %d of epoch %d, generation %d, claim %d\n", n, u, up[u].says, up[u].epoch, up[u].names, up[u].claim)
}

inline hears(n, d) {
  down[d].says != NO_ANSWER;
  printf("node %d hears by way %d: %d of epoch %d, %d ticks after it asked\n", n, d, down[d].says, down[d].epoch, down[d].age);
  obey(n, d);
  keepsPromise()
}

inline isKilled(n) {
  restart(n);
  printf("the agent of node %d is killed, and runs again\n", n);
  keepsPromise()
}

inline isGuarded(n, u) {
  node[n].is == HAS;
  restart(n);
  guard(n, u);
  printf("the agent of node %d is killed, its guard releases epoch %d by way %d\n", n, up[u].epoch, u)
}

#ifdef PEERS
inline asks(n) {
  GOES_BY_LIST(n);
  node[n].asked = FUSE;
  printf("node %d asks its peer\n", n)
}

inline promises(n, o) {
  node[o].asked > 0;
  promise(n, o);
  printf("node %d promises, %d ticks after it was asked\n", n, FUSE - node[o].asked)
}

inline believes(n) {
  GOES_BY_LIST(n) && node[n].promised > 0;
  believe(n);
  printf("node %d hears a promise: its fuse has %d ticks\n", n, FUSE_OF(n));
  keepsPromise()
}

inline yields(n) {
  node[n].is == HAS;
  yield(n);
  printf("node %d hears that its peer withdraws its word, and says that all is offline\n", n)
}

inline hearsOfGone(n, o) {
  node[o].gone && node[n].given > 0;
  node[n].given = 0;
  printf("node %d hears that all is offline: its promise is over\n", n)
}
#endif

/* An agent that is late, frozen or cut off is one that does nothing for a while; so nothing here has to be done. */
active [2] proctype Agent() {
  do
  :: d_step { renews(_pid, UP(_pid, 0)); tidy() }
  :: d_step { isGuarded(_pid, UP(_pid, 0)); tidy() }
#if UPS == 2
  :: d_step { renews(_pid, UP(_pid, 1)); tidy() }
  :: d_step { isGuarded(_pid, UP(_pid, 1)); tidy() }
#endif
  :: d_step { hears(_pid, DOWN(_pid, 0)); tidy() }
#if DOWNS == 2
  :: d_step { hears(_pid, DOWN(_pid, 1)); tidy() }
#endif
  :: d_step { isKilled(_pid); tidy() }
#ifdef PEERS
  :: d_step { asks(_pid); tidy() }
  :: d_step { promises(_pid, 1 - _pid); tidy() }
  :: d_step { believes(_pid); tidy() }
  :: d_step { yields(_pid); tidy() }
  :: d_step { hearsOfGone(_pid, 1 - _pid); tidy() }
#endif
  :: d_step { node[_pid].count > 0; node[_pid].count = 0; printf("node %d: a hole in its run of answers\n", _pid); tidy() }
  :: d_step { node[_pid].is == HAS; release(_pid); printf("node %d releases\n", _pid); tidy() }
  od
}

inline answers(n, u, d) {
  up[u].says != NOTHING_SENT;
  printf("the object takes what node %d sent by way %d", n, u);
  take(n, u);
  reply(n, u, d);
  printf(", and answers by way %d: %d of epoch %d\n", d, down[d].says, down[d].epoch)
#ifdef PEERS
  ;
  keepsPromise()
#endif
}

#ifdef PAST
inline copy() {
  copied = 1;
  copyOfEpoch = epoch;
  copyOfOwner = owner
}

inline forgetCopy() {
  copied = 0;
  copyOfEpoch = 0;
  copyOfOwner = NOBODY
}

inline rollBack() {
  epoch = copyOfEpoch;
  owner = copyOfOwner;
  held = (owner == NOBODY -> 0 : epoch);
  ending = 0;
  forgetCopy();
  rolledBack = 1;
  start()
}
#endif

#ifdef PAST
/* GR2: an instance that was cut off writes no more. It extends nothing, and whom it answers, that one's count begins anew. */
inline goesOn(n, u, d) {
  copied && up[u].says != NOTHING_SENT && !up[u].earlier;
  printf("a second instance takes what node %d sent by way %d\n", n, u);
  if
  :: copyOfOwner == RUN(n) ->
#ifdef WEAKER_WRITE
    answer(d, GRANT, copyOfEpoch, up[u].age)
#else
    skip
#endif
  :: else -> forgetAnswer(d); node[n].count = 0
  fi
}
#endif

#ifdef WEAKER_PERSIST
inline isNotWritten(u, d) {
  owner == NOBODY && !holding && MAY_BEGIN && up[u].says != NOTHING_SENT && !up[u].earlier;
  answer(d, GRANT, epoch + 1, up[u].age);
  printf("epoch %d is said to begin, and the object starts again before that is written\n", epoch + 1);
  start()
}
#endif

#ifdef LIVE
byte round;
byte one;

/* It renews, is heard, is answered, and hears the answer. */
inline isWell(n) {
  renew(n, UP(n, 0));
  take(n, UP(n, 0));
  if :: owner == NOBODY && !holding -> begin(n, 1) :: else fi;
  reply(n, UP(n, 0), DOWN(n, 0));
  if :: down[DOWN(n, 0)].says != NO_ANSWER -> obey(n, DOWN(n, 0)) :: else fi;
  keepsPromise()
}

#ifdef PEERS
inline isAgreed(n, o) {
  if :: GOES_BY_LIST(n) -> node[n].asked = FUSE; promise(o, n); believe(n) :: else fi
}
#endif

inline forgetNode(n) {
  node[n].is = IDLE;
  node[n].least = 0;
  node[n].fuse = 0;
  node[n].ghost = 0;
  node[n].count = 0;
  node[n].since = 0;
#ifdef PEERS
  forgetWords(n);
  node[n].gone = 0;
  node[n].given = 0;
#endif
  forgetRenewal(UP(n, 0));
#if UPS == 2
  forgetRenewal(UP(n, 1));
#endif
#if DOWNS == 2
  forgetAnswer(DOWN(n, 1));
#endif
  forgetAnswer(DOWN(n, 0))
}

/* These are well in each tick: then one of them has the address before long. The search goes on from the beginning. */
inline faultsEnd(first, last) {
  for (round : 0 .. ROUNDS) {
    for (one : 0 .. 1) {
      if :: round > 0 -> tick(one) :: else fi
    }
    for (one : first .. last) {
      isWell(one)
    }
#ifdef PEERS
    /* (Which of them is well must not change.) */
    if :: first != last -> isAgreed(0, 1); isAgreed(1, 0); tidy() :: else fi
#else
    tidy()
#endif
  }
  assert((owner == RUN(0) && FUSE_OF(0) > 0) || (owner == RUN(1) && FUSE_OF(1) > 0));
  round = 0;
  for (one : 0 .. 1) {
    forgetNode(one)
  }
  one = 0;
  epoch = 0;
  owner = NOBODY;
  holding = 1;
#ifdef PEERS
  list = 0;
  unsure = 0;
  third = 0;
#endif
  steady = 0
}
#endif

#ifdef PEERS
/* GR5, and what drains: the answer grants nothing, and no silence begins anew. */
inline refuses(n, u) {
  up[u].says != NOTHING_SENT && owner == IS(n, u);
  printf("the object takes what node %d sent by way %d, and refuses\n", n, u);
  take(n, u);
  keepsPromise()
}

/* An assignment may be older than the newest, and still be news. */
inline isTold(n, which) {
#ifdef WEAKER_WRITTEN
  owner == RUN(n);
#else
  owner == RUN(n) && unsure && !node[n].newest;
#endif
  node[n].newest = (which == list);
  node[n].listed = which;
  blows(n);
  printf("node %d is told of list %d\n", n, which)
}
#endif

inline begins(n, withPeer) {
  owner == NOBODY && !holding && MAY_BEGIN;
  begin(n, withPeer);
  printf("epoch %d begins, of node %d", epoch, n)
}

/* The object, as far as it deals with one node. */
active [2] proctype Desk() {
  do
  :: d_step { answers(_pid - 2, UP(_pid - 2, 0), DOWN(_pid - 2, 0)); tidy() }
#if UPS == 2
  :: d_step { answers(_pid - 2, UP(_pid - 2, 1), DOWN(_pid - 2, 0)); tidy() }
#endif
#if DOWNS == 2
  :: d_step { answers(_pid - 2, UP(_pid - 2, 0), DOWN(_pid - 2, 1)); tidy() }
#endif
#if UPS == 2 && DOWNS == 2
  :: d_step { answers(_pid - 2, UP(_pid - 2, 1), DOWN(_pid - 2, 1)); tidy() }
#endif
  :: d_step { begins(_pid - 2, 0); printf("\n"); tidy() }
#ifdef PEERS
  :: d_step { begins(_pid - 2, 1); printf(", with list 1\n"); tidy() }
  :: d_step { refuses(_pid - 2, UP(_pid - 2, 0)); tidy() }
#if UPS == 2
  :: d_step { refuses(_pid - 2, UP(_pid - 2, 1)); tidy() }
#endif
  :: d_step { isTold(_pid - 2, list); tidy() }
  :: d_step { isTold(_pid - 2, 1 - list); tidy() }
#endif
#ifdef PAST
  :: d_step { goesOn(_pid - 2, UP(_pid - 2, 0), DOWN(_pid - 2, 0)); tidy() }
#endif
#ifdef WEAKER_PERSIST
  :: d_step { isNotWritten(UP(_pid - 2, 0), DOWN(_pid - 2, 0)); tidy() }
#endif
  od
}

active proctype World() {
  do
  :: d_step { printf("tick\n"); tick(0); tick(1); tickOfThird(); younger(steady); keepsPromise(); tidy() }
  :: d_step { steady == 0; printf("tick of node 0 only\n"); tick(0); tickOfThird(); steady = TTL - 1; keepsPromise(); tidy() }
  :: d_step { steady == 0; printf("tick of node 1 only\n"); tick(1); tickOfThird(); steady = TTL - 1; keepsPromise(); tidy() }
  :: d_step { start(); printf("the object starts\n"); tidy() }
#ifdef PEERS
  :: d_step { owner != NOBODY; changeList(); printf("list %d is written\n", list); tidy() }
  :: d_step { third == TTL + 1 && ANYBODY_CLAIMS; end(); printf("somebody on no list claims\n"); keepsPromise(); tidy() }
#endif
#ifdef PAST
  :: d_step { !copied && !rolledBack; copy(); printf("a copy is made: epoch %d, owner %d\n", epoch, owner) }
  :: d_step { copied && !rolledBack; rollBack(); printf("the object starts, rolled back to epoch %d, owner %d\n", epoch, owner) }
#endif
#ifdef LIVE
  :: d_step { faultsEnd(0, 1) }
#ifdef PEERS
  :: d_step { faultsEnd(0, 0) }
  :: d_step { faultsEnd(1, 1) }
#endif
#endif
  od
}
