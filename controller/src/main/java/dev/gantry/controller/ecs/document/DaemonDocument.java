package dev.gantry.controller.ecs.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.gantry.aws.ecs.CreateDaemonRequest;
import dev.gantry.aws.ecs.DaemonDeploymentConfiguration;
import java.util.List;

/**
 * What a managed daemon shall be, as its record has it: the document of a service of the strategy DAEMON whose deployments
 * can be told by a daemon's words too.
 *
 * @param definition ARN of the daemon task definition
 * @param request what belongs to a revision beside it: capacity providers by name, and how tasks are made
 * @param configuration how it is deployed, complete
 */
public record DaemonDocument(
        String definition, CreateDaemonRequest request, DaemonDeploymentConfiguration configuration) {

    /** The member that a service's document does not have. */
    public static final String MEMBER = "daemon";

    /** Percent of the nodes whose tasks are exchanged at the same time; beside what a service's configuration has. */
    public static final String DRAIN_PERCENT = "drainPercent";

    private static final String PREFIX = "daemon:";
    private static final String CONFIGURATION = "deploymentConfiguration";

    /** The name of its record, which no service can have; also the group of its tasks. */
    public static String recordName(String daemon) {
        return PREFIX + daemon;
    }

    /** Whether a record of this name is a daemon's. */
    public static boolean isRecordName(String name) {
        return name.startsWith(PREFIX);
    }

    /** The daemon's own name. */
    public static String name(String recordName) {
        return recordName.substring(PREFIX.length());
    }

    public static DaemonDocument of(ByteString json) {
        ObjectNode members = EcsJson.members(json);
        return new DaemonDocument(
                members.path("taskDefinition").asText(),
                EcsJson.read(bytes(members.path(MEMBER)), CreateDaemonRequest.class),
                EcsJson.read(bytes(members.path(CONFIGURATION)), DaemonDeploymentConfiguration.class));
    }

    public ByteString json() {
        ObjectNode document = EcsJson.members(ByteString.EMPTY);
        document.put("schedulingStrategy", "DAEMON").put("taskDefinition", definition);
        document.set(MEMBER, EcsJson.tree(request));
        ObjectNode deployment = (ObjectNode) EcsJson.tree(configuration);
        // A daemon always goes back when its tasks fail, and when an alarm fires that is watched.
        deployment.putObject("deploymentCircuitBreaker").put("enable", true).put("rollback", true);
        if (deployment.path("alarms").isObject()) {
            deployment.withObject("/alarms").put("rollback", true);
        }
        document.set(CONFIGURATION, deployment);
        return EcsJson.bytes(document);
    }

    /** Names of the capacity providers on whose nodes it is. */
    public List<String> providers() {
        return request.capacityProviderArns();
    }

    private static ByteString bytes(JsonNode node) {
        return node.isObject() ? EcsJson.bytes(node) : ByteString.EMPTY;
    }
}
