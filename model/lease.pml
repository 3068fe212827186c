/*
 * Who may speak from the address: grants, ends and starts of SPEC.md for one group, two nodes and the object, to be searched
 * exhaustively (`npm run model`; README.md beside this file says what is left out, and why that is sound).
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
};

Node node[2];

/* ---- the object ---------------------------------------------------------------------------------------------------------- */

unsigned epoch : 3; /* the last that was begun */
unsigned owner : 3;
bit holding = 1; /* since its start (ST1) */

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

/* ---- the promise --------------------------------------------------------------------------------------------------------- */

#define SPEAKERS ((node[0].fuse > 0) + (node[0].ghost > 0) + (node[1].fuse > 0) + (node[1].ghost > 0))

#ifdef WEAKER_BIND
#define BINDS(n) (node[n].is == HAS)
#else
#define BINDS(n) (node[n].is == HAS && node[n].fuse > 0)
#endif

inline keepsPromise() {
  assert(SPEAKERS <= 1);
  assert(!BINDS(0) || node[0].fuse > 0);
  assert(!BINDS(1) || node[1].fuse > 0)
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

/* One tick of a node's monotonic clock. Its fences act at the deadline, whatever its agent does. */
inline tick(n) {
  younger(node[n].fuse);
  younger(node[n].ghost);
  counted(node[n].count);
  counted(node[n].since);
  for (s : UP(n, 0) .. UP(n, UPS - 1)) {
    if :: up[s].says != NOTHING_SENT && !up[s].earlier -> older(up[s].age) :: else fi
  }
  for (s : DOWN(n, 0) .. DOWN(n, DOWNS - 1)) {
    if :: down[s].says == GRANT -> older(down[s].age) :: else fi
  }
  s = 0
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
  silenceChanges()
}

/* EN6. The object may choose any run that may join (ST4). */
inline begin(n) {
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
  :: up[u].claim && owner != NOBODY && owner != IS(n, u) -> end() /* EN3, EN10 */
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

/* ---- the agent's parts --------------------------------------------------------------------------------------------------- */

inline say(n, u, what, which) {
  up[u].says = what;
  up[u].epoch = which;
  up[u].earlier = 0;
  up[u].age = 0;
  up[u].names = (node[n].since == 0 -> ANOTHER : (node[n].since <= TTL -> PRESENT : COUNTED));
  up[u].claim = (node[n].count == TTL + 1)
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
  :: node[n].is == HAS && node[n].fuse > 0 && IS_ASKED(n) -> say(n, u, INTACT, node[n].least)
  :: node[n].is == GONE -> say(n, u, RELEASED, node[n].least - 1)
  :: else -> say(n, u, PLAIN, 0)
  fi
}

/* AM4: once an epoch was seen, none below it is obeyed; and what is seen is on the disk first (AM3). */
inline see(n, seen) {
  if
  :: seen > node[n].least -> node[n].least = seen; node[n].is = IDLE; node[n].fuse = 0
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
  node[n].fuse = 0;
#endif
  node[n].least++;
  node[n].is = GONE
}

/* Killed, and run again: nothing is left of the run but what is on the disk, what is under way, and its address. */
inline restart(n) {
  if
  :: node[n].fuse > node[n].ghost -> node[n].ghost = node[n].fuse
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
  :: node[n].is == HAS && node[n].fuse == 0 && (node[n].least != epoch || owner != RUN(n)) -> node[n].is = IDLE
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
  renumber();
#endif
  sortNodes()
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
  if :: owner == NOBODY && !holding -> begin(n) :: else fi;
  reply(n, UP(n, 0), DOWN(n, 0));
  if :: down[DOWN(n, 0)].says != NO_ANSWER -> obey(n, DOWN(n, 0)) :: else fi;
  keepsPromise()
}

inline forgetNode(n) {
  node[n].is = IDLE;
  node[n].least = 0;
  node[n].fuse = 0;
  node[n].ghost = 0;
  node[n].count = 0;
  node[n].since = 0;
  forgetRenewal(UP(n, 0));
#if UPS == 2
  forgetRenewal(UP(n, 1));
#endif
#if DOWNS == 2
  forgetAnswer(DOWN(n, 1));
#endif
  forgetAnswer(DOWN(n, 0))
}

/* Both are well in each tick: then one of them has the address before long. The search goes on from the beginning. */
inline faultsEnd() {
  for (round : 0 .. ROUNDS) {
    for (one : 0 .. 1) {
      if :: round > 0 -> tick(one) :: else fi
    }
    for (one : 0 .. 1) {
      isWell(one)
    }
    tidy()
  }
  assert((owner == RUN(0) && node[0].fuse > 0) || (owner == RUN(1) && node[1].fuse > 0));
  round = 0;
  for (one : 0 .. 1) {
    forgetNode(one)
  }
  one = 0;
  epoch = 0;
  owner = NOBODY;
  holding = 1;
  steady = 0
}
#endif

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
  :: d_step { owner == NOBODY && !holding && MAY_BEGIN; begin(_pid - 2); printf("epoch %d begins, of node %d\n", epoch, _pid - 2); tidy() }
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
  :: d_step { printf("tick\n"); tick(0); tick(1); younger(steady); keepsPromise(); tidy() }
  :: d_step { steady == 0; printf("tick of node 0 only\n"); tick(0); steady = TTL - 1; keepsPromise(); tidy() }
  :: d_step { steady == 0; printf("tick of node 1 only\n"); tick(1); steady = TTL - 1; keepsPromise(); tidy() }
  :: d_step { start(); printf("the object starts\n"); tidy() }
#ifdef PAST
  :: d_step { !copied && !rolledBack; copy(); printf("a copy is made: epoch %d, owner %d\n", epoch, owner) }
  :: d_step { copied && !rolledBack; rollBack(); printf("the object starts, rolled back to epoch %d, owner %d\n", epoch, owner) }
#endif
#ifdef LIVE
  :: d_step { faultsEnd() }
#endif
  od
}
