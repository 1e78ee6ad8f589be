package dev.gantry.agent.engine;

/** Labels by which this agent finds its own again: Docker's labels are its memory. */
public final class Labels {

    public static final String NODE = "dev.gantry.node";
    /** "scope/id". */
    public static final String WORKLOAD = "dev.gantry.workload";

    public static final String CONTAINER = "dev.gantry.container";
    public static final String ECS_CONTAINER_NAME = "com.amazonaws.ecs.container-name";

    public static final String KUBE_CONTAINER_NAME = "io.kubernetes.container.name";

    private Labels() {}
}
