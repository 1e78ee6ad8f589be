package dev.gantry.controller.scheduler;

/** Says in words which part of a workload asks for a capability that a node lacks, and what its user can do about it. */
final class Capabilities {

    private static final String PREFIX = "com.amazonaws.ecs.capability.";
    private static final String LOG_DRIVER = "logging-driver.";

    private Capabilities() {}

    /** Follows "lacks the attribute NAME"; empty for attributes that people make up themselves. */
    static String explain(String attribute) {
        if (!attribute.startsWith(PREFIX)) {
            return "";
        }
        String capability = attribute.substring(PREFIX.length());
        if (capability.startsWith(LOG_DRIVER)) {
            return ": its engine does not have the log driver " + capability.substring(LOG_DRIVER.length())
                    + ", or its owner does not allow it";
        }
        return switch (capability) {
            case "task-iam-role", "task-iam-role-network-host" ->
                ": the definition has a taskRoleArn, and nodes of this version give containers no credentials of a"
                        + " role; leave taskRoleArn out to run without";
            case "ecr-auth" ->
                ": an image is in a private registry of AWS, for which nodes of this version have no credentials;"
                        + " use an image of another registry or one that the node has under another name";
            case "privileged-container" -> ": a container is privileged, which the settings of this node do not allow";
            default -> "";
        };
    }
}
