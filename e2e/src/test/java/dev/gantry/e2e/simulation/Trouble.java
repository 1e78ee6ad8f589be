package dev.gantry.e2e.simulation;

/** The kinds of trouble that a run may have; the suite counts which of them really happened. */
enum Trouble {
    SLOW_NETWORK,
    RUDE_NETWORK,
    CUT_NODE,
    AGENT_CRASH,
    NODE_REBOOT,
    CONTROLLER_CRASH,
    CRASH_AFTER_WRITE,
    CONTROLLER_PAUSE,
    CONTROLLER_CUT_FROM_STORE,
    STORE_DOWN,
    LOST_REPLY,
    SLOW_COMMIT,
    WATCH_LOST,
    PULL_FAILS,
    CONTAINER_EXITS,
    SIGTERM_IGNORED,
    CLOCK_STEP
}
