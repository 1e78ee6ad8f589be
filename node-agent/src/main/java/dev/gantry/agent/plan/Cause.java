package dev.gantry.agent.plan;

/**
 * Why a workload ends. The first cause stays.
 *
 * @param code the ECS API's stopCode; empty when the controller wished it
 */
public record Cause(String code, String reason, long atMs) {

    static final String FAILED_TO_START = "TaskFailedToStart";
    static final String ESSENTIAL_EXITED = "EssentialContainerExited";
}
