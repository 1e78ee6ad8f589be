package dev.gantry.controller.ecs.document;

import dev.gantry.controller.aws.AwsException;

/** The refusals of the ECS API, under AWS's names. */
public final class Refusals {

    private Refusals() {}

    public static AwsException invalid(String message) {
        return new AwsException("InvalidParameterException", message);
    }

    public static AwsException client(String message) {
        return new AwsException("ClientException", message);
    }

    /** Understood, and not there yet: says what is missing. */
    public static AwsException unsupported(String message) {
        return new AwsException("UnsupportedFeatureException", message);
    }

    public static AwsException clusterNotFound() {
        return new AwsException("ClusterNotFoundException", "Cluster not found.");
    }

    public static AwsException serviceNotFound() {
        return new AwsException("ServiceNotFoundException", "Service not found.");
    }

    public static AwsException serviceDeploymentNotFound() {
        return new AwsException("ServiceDeploymentNotFoundException", "Service deployment not found.");
    }

    /** Understood, and not possible as things are. */
    public static AwsException conflict(String message) {
        return new AwsException("ConflictException", message);
    }
}
