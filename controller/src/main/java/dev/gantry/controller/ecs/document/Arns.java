package dev.gantry.controller.ecs.document;

import dev.gantry.controller.ecs.document.EcsName.ClusterName;
import dev.gantry.controller.ecs.document.EcsName.DaemonDefinitionName;
import dev.gantry.controller.ecs.document.EcsName.DaemonDeploymentName;
import dev.gantry.controller.ecs.document.EcsName.DaemonName;
import dev.gantry.controller.ecs.document.EcsName.DaemonRevisionName;
import dev.gantry.controller.ecs.document.EcsName.DefinitionName;
import dev.gantry.controller.ecs.document.EcsName.NodeName;
import dev.gantry.controller.ecs.document.EcsName.ProviderName;
import dev.gantry.controller.ecs.document.EcsName.ServiceDeploymentName;
import dev.gantry.controller.ecs.document.EcsName.ServiceName;
import dev.gantry.controller.ecs.document.EcsName.ServiceRevisionName;
import dev.gantry.controller.ecs.document.EcsName.TaskName;
import dev.gantry.controller.ecs.document.EcsName.TaskSetName;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Writes and reads the ARNs of one account in one region, in their long form.
 *
 * @param account twelve digits
 */
public record Arns(String region, String account) {

    private static final int PARTS = 6;

    public String cluster(String name) {
        return arn("cluster/" + name);
    }

    public String task(String cluster, String id) {
        return arn("task/" + cluster + "/" + id);
    }

    public String service(String cluster, String name) {
        return arn("service/" + cluster + "/" + name);
    }

    public String serviceDeployment(String cluster, String service, String id) {
        return arn("service-deployment/" + cluster + "/" + service + "/" + id);
    }

    public String serviceRevision(String cluster, String service, String id) {
        return arn("service-revision/" + cluster + "/" + service + "/" + id);
    }

    /** @param id "ecs-svc/" and 19 digits */
    public String taskSet(String cluster, String service, String id) {
        return arn("task-set/" + cluster + "/" + service + "/" + id);
    }

    public String containerInstance(String cluster, String nodeId) {
        return arn("container-instance/" + cluster + "/" + nodeId);
    }

    /** The identifier follows from task and container, so that it is the same in every answer. */
    public String container(String cluster, String taskId, String container) {
        UUID id = UUID.nameUUIDFromBytes((cluster + "/" + taskId + "/" + container).getBytes(StandardCharsets.UTF_8));
        return arn("container/" + cluster + "/" + taskId + "/" + id);
    }

    public String taskDefinition(String family, int revision) {
        return arn("task-definition/" + family + ":" + revision);
    }

    public String daemon(String cluster, String name) {
        return arn("daemon/" + cluster + "/" + name);
    }

    public String daemonDeployment(String cluster, String daemon, String id) {
        return arn("daemon-deployment/" + cluster + "/" + daemon + "/" + id);
    }

    public String daemonRevision(String cluster, String daemon, String id) {
        return arn("daemon-revision/" + cluster + "/" + daemon + "/" + id);
    }

    public String daemonTaskDefinition(String family, int revision) {
        return arn("daemon-task-definition/" + family + ":" + revision);
    }

    public String capacityProvider(String name) {
        return arn("capacity-provider/" + name);
    }

    public String root() {
        return "arn:aws:iam::" + account + ":root";
    }

    /** Whether the text claims to be an ARN rather than a short name. */
    public static boolean isArn(String text) {
        return text.startsWith("arn:");
    }

    /** What the ARN names; empty for an ARN of another account, region or service, of an unknown kind, or malformed. */
    public Optional<EcsName> parse(String arn) {
        List<String> parts = List.of(arn.split(":", PARTS));
        boolean ours = parts.size() == PARTS
                && parts.get(0).equals("arn")
                && parts.get(1).equals("aws")
                && parts.get(2).equals("ecs")
                && parts.get(3).equals(region)
                && parts.get(4).equals(account);
        return ours ? resource(parts.get(5).split("/", -1)) : Optional.empty();
    }

    private static Optional<EcsName> resource(String[] path) {
        for (String part : path) {
            if (part.isEmpty()) {
                return Optional.empty();
            }
        }
        return switch (path[0] + " " + path.length) {
            case "cluster 2" -> Optional.of(new ClusterName(path[1]));
            case "task 3" -> Optional.of(new TaskName(path[1], path[2]));
            case "service 3" -> Optional.of(new ServiceName(path[1], path[2]));
            case "service-deployment 4" -> named(path[2], new ServiceDeploymentName(path[1], path[2], path[3]));
            case "service-revision 4" -> named(path[2], new ServiceRevisionName(path[1], path[2], path[3]));
            case "daemon 3" -> named(path[2], new DaemonName(path[1], path[2]));
            case "daemon-deployment 4" -> named(path[2], new DaemonDeploymentName(path[1], path[2], path[3]));
            case "daemon-revision 4" -> named(path[2], new DaemonRevisionName(path[1], path[2], path[3]));
            case "task-set 5" -> Optional.of(new TaskSetName(path[1], path[2], path[3] + "/" + path[4]));
            case "container-instance 3" -> Optional.of(new NodeName(path[1], path[2]));
            case "capacity-provider 2" -> Optional.of(new ProviderName(path[1]));
            case "task-definition 2" -> definition(path[1]).map(name -> name);
            case "daemon-task-definition 2" ->
                definition(path[1]).map(name -> new DaemonDefinitionName(name.family(), name.revision()));
            default -> Optional.empty();
        };
    }

    /** A service and a daemon have their records of deployments in one place, under names that the other cannot have. */
    private static Optional<EcsName> named(String ownerName, EcsName name) {
        return EcsLookup.isName(ownerName) ? Optional.of(name) : Optional.empty();
    }

    private static Optional<DefinitionName> definition(String familyAndRevision) {
        int colon = familyAndRevision.lastIndexOf(':');
        String revision = familyAndRevision.substring(colon + 1);
        return colon > 0 && revision.matches("[1-9][0-9]{0,8}")
                ? Optional.of(new DefinitionName(familyAndRevision.substring(0, colon), Integer.parseInt(revision)))
                : Optional.empty();
    }

    private String arn(String resource) {
        return "arn:aws:ecs:" + region + ":" + account + ":" + resource;
    }
}
