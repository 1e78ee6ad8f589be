package dev.gantry.agent.usage;

import java.util.Optional;

/** Reads what is used now. */
interface Gauge {

    /** Of the machine; empty where it does not tell. */
    Optional<Reading> machine();

    /** Empty for a container that is gone, or whose files are not where they were looked for. */
    Optional<Reading> container(Running container);
}
