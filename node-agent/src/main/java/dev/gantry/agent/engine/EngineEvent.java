package dev.gantry.agent.engine;

/** Something that happened in the engine. Events can be lost: they only say where to look. */
public sealed interface EngineEvent {

    /** From now on nothing is missed until the stream ends: time to list everything. */
    record Connected() implements EngineEvent {}

    /** A container of this node's workloads changed. */
    record Changed(String id, String workload, String container, Change change) implements EngineEvent {}

    /** Images came, went or changed their names. */
    record ImagesChanged() implements EngineEvent {}

    /** What happened to a container. */
    enum Change {
        STARTED,
        DIED,
        HEALTH,
        REMOVED
    }
}
