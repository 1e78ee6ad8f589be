package dev.gantry.agent.plan;

/** What is being done to a container at this moment. One thing at a time per container. */
public enum Step {
    NONE,
    PULL,
    /** A pull that nobody wants any more. */
    ABANDON,
    LAUNCH,
    STOP,
    TAIL,
    LOOK,
    REMOVE
}
