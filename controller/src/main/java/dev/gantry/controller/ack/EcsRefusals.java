package dev.gantry.controller.ack;

import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.kube.refusal.Cause;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.refusal.Reason;
import java.util.List;

/** Refusals of ECS in the terms of the Kubernetes API. The message names ECS's own error. */
final class EcsRefusals {

    private static final String SPEC = "spec";
    private static final int UNAVAILABLE = 503;

    private EcsRefusals() {}

    static KubeRefusal of(AwsException refusal, EcsKind kind, String name) {
        String why = refusal.code() + ": " + refusal.getMessage();
        return switch (refusal.code()) {
            case "ClusterNotFoundException" ->
                invalid(kind, name, new Cause("spec.cluster", "FieldValueNotFound", why));
            case "ServiceNotFoundException" -> KubeRefusal.notFound(kind.resource(), name);
            case "AccessDeniedException", "LimitExceededException" -> KubeRefusal.forbidden(kind.resource(), name, why);
            // Another time it may go.
            case "ClusterContainsServicesException",
                    "ClusterContainsTasksException",
                    "ClusterContainsContainerInstancesException",
                    "ServiceNotActiveException",
                    "UpdateInProgressException" -> KubeRefusal.conflict(kind.resource(), name, why);
            case "ServerException" ->
                KubeRefusal.of(refusal.status() == UNAVAILABLE ? Reason.UNAVAILABLE : Reason.INTERNAL, why);
            default -> invalid(kind, name, new Cause(SPEC, "FieldValueInvalid", why));
        };
    }

    static KubeRefusal invalid(EcsKind kind, String name, Cause cause) {
        return invalid(kind, name, List.of(cause));
    }

    static KubeRefusal invalid(EcsKind kind, String name, List<Cause> causes) {
        return KubeRefusal.invalid(EcsKind.GROUP, kind.title(), name, causes);
    }
}
