package dev.gantry.controller.ecs.capacity;

import dev.gantry.aws.ecs.AutoScalingGroupProvider;
import dev.gantry.aws.ecs.CreateCapacityProviderRequest;
import dev.gantry.aws.ecs.ManagedScaling;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.EcsName.ProviderName;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsCapacityProvider;
import dev.gantry.proto.EcsCluster;
import dev.gantry.proto.Node;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A capacity provider that there is: one of Fargate's two, or a group of nodes.
 *
 * @param nodes in the cluster query language, those that it means
 * @param waits whether tasks wait for capacity that is missing; otherwise they are refused
 */
public record Provider(String name, Type type, String nodes, boolean waits) {

    /** By which nodes say to which Auto Scaling group they belong. */
    public static final String POOL = "gantry.pool";

    /** By which nodes say whether they take tasks of Fargate: true, false, on-demand or spot. */
    public static final String FARGATE_ATTRIBUTE = "gantry.fargate";

    public static final String FARGATE = "FARGATE";
    public static final String FARGATE_SPOT = "FARGATE_SPOT";

    /** In the API's words. */
    public enum Type {
        FARGATE,
        FARGATE_SPOT,
        EC2_AUTOSCALING
    }

    private static final Provider ON_DEMAND = new Provider(FARGATE, Type.FARGATE, offering("on-demand"), true);
    private static final Provider SPOT = new Provider(FARGATE_SPOT, Type.FARGATE_SPOT, offering("spot"), true);

    /** Who is in no pool offers it unless it says otherwise. */
    private static String offering(String kind) {
        String attribute = "attribute:" + FARGATE_ATTRIBUTE;
        return "%1$s in [true, %2$s] or (%1$s !exists and attribute:%3$s !exists)".formatted(attribute, kind, POOL);
    }

    public static Key<EcsCapacityProvider> key(String name) {
        return Kinds.ECS_CAPACITY_PROVIDER.key("", name);
    }

    public boolean isFargate() {
        return type != Type.EC2_AUTOSCALING;
    }

    /** Whether it is one of the two that are always there. */
    public static boolean isFargate(String name) {
        return name.equals(FARGATE) || name.equals(FARGATE_SPOT);
    }

    /** A provider that can be used. */
    public static Optional<Provider> find(Snapshot snapshot, String name) {
        return switch (name) {
            case FARGATE -> Optional.of(ON_DEMAND);
            case FARGATE_SPOT -> Optional.of(SPOT);
            default -> record(snapshot, name).map(Provider::of);
        };
    }

    /** Fargate as a launch type. */
    public static Provider ofLaunchType() {
        return ON_DEMAND;
    }

    private static Optional<EcsCapacityProvider> record(Snapshot snapshot, String name) {
        return ProviderName.isValid(name)
                ? snapshot.get(key(name)).map(found -> found.value()).filter(EcsCapacityProvider::getActive)
                : Optional.empty();
    }

    private static Provider of(EcsCapacityProvider record) {
        String expression = "attribute:" + POOL + " == '" + pool(record) + "'";
        return new Provider(record.getName(), Type.EC2_AUTOSCALING, expression, isScaled(record));
    }

    /** The name of the Auto Scaling group. */
    public static String pool(EcsCapacityProvider record) {
        AutoScalingGroupProvider group = group(record);
        return group == null ? "" : pool(group.autoScalingGroupArn());
    }

    /** The name in the ARN of an Auto Scaling group, or the name itself. */
    public static String pool(String arnOrName) {
        return arnOrName.substring(
                arnOrName.lastIndexOf("autoScalingGroupName/") < 0
                        ? 0
                        : arnOrName.lastIndexOf("autoScalingGroupName/") + "autoScalingGroupName/".length());
    }

    /** Whether the number of its machines follows what its tasks need. */
    public static boolean isScaled(EcsCapacityProvider record) {
        AutoScalingGroupProvider group = group(record);
        ManagedScaling scaling = group == null ? null : group.managedScaling();
        return scaling != null && "ENABLED".equals(scaling.status());
    }

    static @Nullable AutoScalingGroupProvider group(EcsCapacityProvider record) {
        return EcsJson.read(record.getDocumentJson(), CreateCapacityProviderRequest.class)
                .autoScalingGroupProvider();
    }

    /** The provider of its cluster to which a node belongs. */
    public static Optional<String> ofNode(Snapshot snapshot, Node node) {
        String pool = pool(node);
        if (pool.isEmpty()) {
            return Optional.empty();
        }
        return snapshot.get(Kinds.ECS_CLUSTER.key("", node.getInfo().getCluster())).stream()
                .flatMap(cluster -> ofCluster(cluster.value()).stream())
                .filter(name -> record(snapshot, name)
                        .filter(record -> pool(record).equals(pool))
                        .isPresent())
                .findFirst();
    }

    static String pool(Node node) {
        return node.getAttributesOrDefault(POOL, node.getInfo().getAttributesOrDefault(POOL, ""));
    }

    /** Names of those that the cluster uses. */
    public static List<String> ofCluster(EcsCluster cluster) {
        return EcsJson.read(cluster.getDocumentJson(), dev.gantry.aws.ecs.CreateClusterRequest.class)
                .capacityProvidersOrEmpty();
    }
}
