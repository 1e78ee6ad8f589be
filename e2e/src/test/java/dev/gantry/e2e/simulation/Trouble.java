package dev.gantry.e2e.simulation;

/** The kinds of trouble that a run may have; the suite counts which of them really happened. */
enum Trouble {
    MESSAGE_DELAYED,
    MESSAGE_LOST,
    MESSAGE_REPEATED,
    MESSAGE_REORDERED,
    NODE_CUT,
    NODE_CUT_FROM_ONE_CONTROLLER,
    NODE_CUT_ONE_WAY,
    AGENT_CRASH,
    AGENT_PAUSE,
    NODE_REBOOT,
    NODE_CLOCK_STEP,
    NODE_DISK_FULL,
    ENGINE_DOWN,
    ENGINE_EVENTS_LOST,
    PULL_FAILS,
    PULL_SLOW,
    CONTAINER_EXITS,
    CONTAINER_OUT_OF_MEMORY,
    SIGTERM_IGNORED,
    CONTROLLER_CRASH,
    CONTROLLER_CRASH_AFTER_WRITE,
    CONTROLLER_PAUSE,
    CONTROLLER_CUT_FROM_STORE,
    CONTROLLER_CLOCK_STEP,
    /** One that was replaced still has a write on its way. */
    TWO_LEADERS,
    STORE_DOWN,
    STORE_SLOW,
    STORE_LEADER_CHANGE,
    STORE_COMPACTED,
    WATCH_CANCELLED,
    REPLY_LOST
}
