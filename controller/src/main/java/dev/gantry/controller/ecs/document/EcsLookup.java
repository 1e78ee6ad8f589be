package dev.gantry.controller.ecs.document;

import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.ecs.document.EcsName.ClusterName;
import dev.gantry.controller.ecs.document.EcsName.DaemonDefinitionName;
import dev.gantry.controller.ecs.document.EcsName.DefinitionName;
import dev.gantry.controller.ecs.document.EcsName.NodeName;
import dev.gantry.controller.ecs.document.EcsName.ProviderName;
import dev.gantry.controller.ecs.document.EcsName.ServiceName;
import dev.gantry.controller.ecs.document.EcsName.TaskName;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsCluster;
import dev.gantry.proto.EcsTaskDefinition;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Turns what a caller names, by short name or ARN, into keys and records; refuses names of another kind, account or cluster. */
public record EcsLookup(Arns arns) {

    /** The cluster that is meant when none is named. */
    public static final String DEFAULT_CLUSTER = "default";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,255}");

    private static final int SHORT_ID_LENGTH = 32;

    public static Key<EcsCluster> clusterKey(String name) {
        return Kinds.ECS_CLUSTER.key("", name);
    }

    public static Key<EcsTaskDefinition> definitionKey(String family, int revision) {
        return Families.OF_TASKS.key(family, revision);
    }

    /** The name of a cluster, which need not exist. */
    public String clusterName(@Nullable String reference) {
        if (reference == null || reference.isEmpty()) {
            return DEFAULT_CLUSTER;
        }
        if (!Arns.isArn(reference)) {
            return isName(reference) ? reference : "";
        }
        return arns.parse(reference).orElse(null) instanceof ClusterName(String name) && isName(name) ? name : "";
    }

    /** An active cluster. */
    public Versioned<EcsCluster> cluster(Snapshot snapshot, @Nullable String reference) {
        String name = clusterName(reference);
        if (name.isEmpty()) {
            if (reference != null && Arns.isArn(reference)) {
                throw Refusals.invalid("Invalid identifier: " + reference
                        + " is not the ARN of a cluster in this account and region.");
            }
            throw Refusals.clusterNotFound();
        }
        Versioned<EcsCluster> cluster = snapshot.get(clusterKey(name)).orElseThrow(Refusals::clusterNotFound);
        if (!cluster.value().getActive()) {
            throw new AwsException("ClusterNotFoundException", "The referenced cluster was inactive.");
        }
        return cluster;
    }

    /** The id of a task in the cluster, which need not exist. */
    public String taskId(String cluster, String reference) {
        if (!Arns.isArn(reference)) {
            return shortId(reference, "taskId");
        }
        return switch (arns.parse(reference).orElse(null)) {
            case TaskName(String of, String id) -> inCluster(cluster, of, shortId(id, "taskId"));
            case null, default -> throw otherKind(reference, "task");
        };
    }

    /** The id of a container instance in the cluster, which need not exist. */
    public String nodeId(String cluster, String reference) {
        if (!Arns.isArn(reference)) {
            return shortId(reference, "instanceId");
        }
        return switch (arns.parse(reference).orElse(null)) {
            case NodeName(String of, String id) -> inCluster(cluster, of, shortId(id, "instanceId"));
            case null, default -> throw otherKind(reference, "container instance");
        };
    }

    /** The name of a service in the cluster, which need not exist. */
    public String serviceName(String cluster, String reference) {
        if (!Arns.isArn(reference)) {
            if (!isName(reference)) {
                throw Refusals.serviceNotFound();
            }
            return reference;
        }
        return switch (arns.parse(reference).orElse(null)) {
            case ServiceName(String of, String name) -> inCluster(cluster, of, name);
            case null, default -> throw otherKind(reference, "service");
        };
    }

    /** The name of a capacity provider, which need not exist; empty for an ARN of something else. */
    public String providerName(String reference) {
        if (!Arns.isArn(reference)) {
            return reference;
        }
        return arns.parse(reference).orElse(null) instanceof ProviderName(String name) ? name : "";
    }

    /** A task definition by ARN, {@code family:revision}, or the newest active one of a family. */
    public Optional<Versioned<EcsTaskDefinition>> definition(Snapshot snapshot, String reference) {
        if (Arns.isArn(reference)) {
            return switch (arns.parse(reference).orElse(null)) {
                case DefinitionName(String family, int revision) ->
                    exact(snapshot, Families.OF_TASKS, family, revision);
                case null, default -> throw otherKind(reference, "task definition");
            };
        }
        return named(snapshot, Families.OF_TASKS, reference);
    }

    /** A daemon task definition by ARN, {@code family:revision}, or the newest active one of a family. */
    public Optional<Versioned<EcsTaskDefinition>> daemonDefinition(Snapshot snapshot, String reference) {
        if (Arns.isArn(reference)) {
            return switch (arns.parse(reference).orElse(null)) {
                case DaemonDefinitionName(String family, int revision) ->
                    exact(snapshot, Families.OF_DAEMONS, family, revision);
                case null, default -> throw otherKind(reference, "daemon task definition");
            };
        }
        return named(snapshot, Families.OF_DAEMONS, reference);
    }

    /** What a deployment's tasks are made from: a definition of tasks or of daemons. */
    public Optional<Versioned<EcsTaskDefinition>> deployed(Snapshot snapshot, String arn) {
        return arns.parse(arn).orElse(null) instanceof DaemonDefinitionName
                ? daemonDefinition(snapshot, arn)
                : definition(snapshot, arn);
    }

    private static Optional<Versioned<EcsTaskDefinition>> named(
            Snapshot snapshot, Families families, String reference) {
        int colon = reference.indexOf(':');
        String family = colon < 0 ? reference : reference.substring(0, colon);
        if (!isName(family)) {
            throw Refusals.client("Family contains invalid characters.");
        }
        return colon < 0
                ? families.newest(snapshot, family)
                : exact(snapshot, families, family, revision(reference.substring(colon + 1)));
    }

    private static int revision(String text) {
        if (!text.matches("[1-9][0-9]{0,8}")) {
            throw Refusals.client("Invalid revision number. Number: " + text);
        }
        return Integer.parseInt(text);
    }

    private static Optional<Versioned<EcsTaskDefinition>> exact(
            Snapshot snapshot, Families families, String family, int revision) {
        return isName(family) ? snapshot.get(families.key(family, revision)) : Optional.empty();
    }

    /** Letters, digits, hyphens and underscores, at most 255: what ECS allows in the names of clusters, families, services. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    private static String shortId(String id, String what) {
        if (id.length() != SHORT_ID_LENGTH && id.length() != SHORT_ID_LENGTH + 4) {
            throw Refusals.invalid(what + " length should be one of [32,36]");
        }
        if (!id.matches("[0-9a-f-]+")) {
            throw Refusals.invalid(what + " contains invalid characters.");
        }
        return id;
    }

    private static String inCluster(String cluster, String of, String name) {
        if (!of.equals(cluster)) {
            throw Refusals.invalid(
                    "Invalid identifier: Identifier is for cluster " + of + ". Your cluster is " + cluster);
        }
        return name;
    }

    private static RuntimeException otherKind(String reference, String what) {
        return Refusals.invalid(
                "Invalid identifier: " + reference + " is not the ARN of a " + what + " in this account and region.");
    }
}
