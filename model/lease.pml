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
#ifndef EPOCHS
#define EPOCHS 3 /* no more begin */
#endif
#ifndef WAYS
#define WAYS 2 /* messages that may be under way from a node, and to it */
#endif

#ifdef WEAKER_MARGIN
#define FUSE TTL
#else
#define FUSE (TTL - MARGIN) /* GR1 */
#endif

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
  bit earlier /* of an earlier run */
};

/* What an answer says. */
#define NO_ANSWER 0
#define WELCOME 1 /* nothing but the generation */
#define GRANT 2
#define SILENCE 3 /* the present value of the owner's silence (EN5) */
#define OLD_SILENCE 4 /* one that has gone */

typedef Answer {
  unsigned says : 3;
  unsigned epoch : 3;
  unsigned age : 3; /* of the renewal that it answers */
  bit present /* of the present generation; kept while the object is holding, and asked for then only */
};

/*
 * What is on its way is a register: sending overwrites one of a few, and reading leaves it there. So a message may be lost (nobody
 * reads it), late, heard again, or overtaken, and a partition, one way or both, is a time in which nobody reads.
 */
Renewal up[2 * WAYS];
Answer down[2 * WAYS];

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
  s = n * WAYS;
  do
  :: s < (n + 1) * WAYS ->
    if :: up[s].says != NOTHING_SENT && !up[s].earlier -> older(up[s].age) :: else fi;
    if :: down[s].says == GRANT -> older(down[s].age) :: else fi;
    s++
  :: else -> break
  od;
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
  s = 0;
  do
  :: s < 2 * WAYS ->
    up[s].claim = 0;
    if :: down[s].says == SILENCE -> down[s].says = OLD_SILENCE :: else fi;
    s++
  :: else -> break
  od;
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
  s = 0;
  do
  :: s < 2 * WAYS ->
    up[s].names = ANOTHER;
    if
    :: up[s].says == INTACT -> up[s].says = PLAIN; up[s].epoch = 0
    :: else
    fi;
    down[s].present = 0;
    if :: down[s].says == WELCOME -> forgetAnswer(s) :: else fi;
    s++
  :: else -> break
  od;
  s = 0
}

/* A new generation is written, and then what is there is read (ST1). It is part of each silence's value (EN3). */
inline start() {
  forgetGeneration();
  silenceChanges();
  holding = 1
}

inline end() {
  owner = NOBODY;
  silenceChanges()
}

/* EN6. The object may choose any run that may join (ST4). */
inline begin(n) {
  epoch++;
  assert(epoch > node[0].least || (epoch == node[0].least && node[0].is != HAS));
  assert(epoch > node[1].least || (epoch == node[1].least && node[1].is != HAS));
  owner = RUN(n);
  silenceChanges()
}

inline answer(d, what, which, sent) {
  down[d].says = what;
  down[d].epoch = which;
  down[d].age = sent;
  down[d].present = holding
}

#define IS(n, u) (up[u].earlier -> EARLIER(n) : RUN(n))
#define MAY_EXTEND(u) (!holding || (up[u].names != ANOTHER && up[u].says == INTACT && up[u].epoch == epoch)) /* ST2 */

/* What a renewal of node n proves is taken first: then it is answered, in d. */
inline take(n, u) {
  if
  :: up[u].says == RELEASED && up[u].epoch == epoch && owner == IS(n, u) -> end() /* EN2 */
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

inline reply(n, u, d) {
  if
  :: owner == IS(n, u) ->
    heard();
    if
    :: up[u].earlier
    :: else ->
      if
      :: MAY_EXTEND(u) -> answer(d, GRANT, epoch, up[u].age)
      :: else -> answer(d, WELCOME, 0, 0)
      fi
    fi
  :: else ->
    if
    :: up[u].earlier
    :: else ->
      if
      :: owner != NOBODY -> answer(d, SILENCE, epoch, 0)
      :: else -> if :: holding -> answer(d, WELCOME, 0, 0) :: else fi
      fi
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
}

inline renew(n, u) {
  if
  :: node[n].is == HAS && node[n].fuse > 0 && node[n].since > 0 -> say(n, u, INTACT, node[n].least)
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

inline obey(n, d) {
  if
  :: holding && down[d].present && node[n].since == 0 -> node[n].since = 1
  :: else
  fi;
  if
  :: down[d].says == GRANT && down[d].epoch >= node[n].least ->
    see(n, down[d].epoch);
    node[n].is = HAS;
    /* GR1, GR4: of all grants the one whose renewal was sent last. */
    if
    :: FUSE - down[d].age > node[n].fuse ->
      node[n].fuse = FUSE - down[d].age;
      assert(owner == RUN(n) && epoch == down[d].epoch)
    :: else
    fi
  :: down[d].says == SILENCE ->
    see(n, down[d].epoch);
    if :: node[n].count == 0 -> node[n].count = 1 :: else fi /* EN5 */
  :: down[d].says == OLD_SILENCE ->
    see(n, down[d].epoch);
    node[n].count = 0
  :: else
  fi
}

/* Moved, drained, redefined, or told to stop: all is taken offline, and then it is released, for ever (EN2). */
inline release(n) {
  node[n].fuse = 0;
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
  if :: owner == RUN(n) -> owner = EARLIER(n) :: else fi;
  s = n * WAYS;
  do
  :: s < (n + 1) * WAYS ->
    if :: up[s].says != NOTHING_SENT -> up[s].earlier = 1; up[s].age = 0 :: else fi;
    forgetAnswer(s);
    s++
  :: else -> break
  od;
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
}

/* ---- everything that may happen, in any order ---------------------------------------------------------------------------- */

#define WAY(n, i) ((n) * WAYS + (i))

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
  :: d_step { renews(_pid, WAY(_pid, 0)) }
  :: d_step { hears(_pid, WAY(_pid, 0)) }
  :: d_step { isGuarded(_pid, WAY(_pid, 0)) }
#if WAYS == 2
  :: d_step { renews(_pid, WAY(_pid, 1)) }
  :: d_step { hears(_pid, WAY(_pid, 1)) }
  :: d_step { isGuarded(_pid, WAY(_pid, 1)) }
#endif
  :: d_step { isKilled(_pid) }
  :: d_step { node[_pid].is == HAS; release(_pid); printf("node %d releases\n", _pid) }
  od
}

inline answers(n, u, d) {
  up[u].says != NOTHING_SENT;
  printf("the object takes what node %d sent by way %d", n, u);
  take(n, u);
  reply(n, u, d);
  printf(", and answers by way %d: %d of epoch %d\n", d, down[d].says, down[d].epoch)
}

/* The object, as far as it deals with one node. */
active [2] proctype Desk() {
  do
  :: d_step { answers(_pid - 2, WAY(_pid - 2, 0), WAY(_pid - 2, 0)) }
#if WAYS == 2
  :: d_step { answers(_pid - 2, WAY(_pid - 2, 0), WAY(_pid - 2, 1)) }
  :: d_step { answers(_pid - 2, WAY(_pid - 2, 1), WAY(_pid - 2, 0)) }
  :: d_step { answers(_pid - 2, WAY(_pid - 2, 1), WAY(_pid - 2, 1)) }
#endif
  :: d_step { owner == NOBODY && !holding && epoch < EPOCHS; begin(_pid - 2); printf("epoch %d begins, of node %d\n", epoch, _pid - 2) }
  od
}

active proctype World() {
  do
  :: d_step { printf("tick\n"); tick(0); tick(1); younger(steady); keepsPromise() }
  :: d_step { steady == 0; printf("tick of node 0 only\n"); tick(0); steady = TTL - 1; keepsPromise() }
  :: d_step { steady == 0; printf("tick of node 1 only\n"); tick(1); steady = TTL - 1; keepsPromise() }
  :: d_step { start(); printf("the object starts\n") }
  od
}
