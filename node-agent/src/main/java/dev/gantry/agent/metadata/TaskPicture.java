package dev.gantry.agent.metadata;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.agent.Tenants.Tenant;
import dev.gantry.agent.engine.Portrait;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.RunState;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A task as its containers see it. Pure.
 *
 * @param version   of the way to ask
 * @param portraits of the containers that there are, by name
 * @param zone      of the node
 */
record TaskPicture(int version, Tenant tenant, Map<String, Portrait> portraits, String zone) {

    private static final String LABEL = "com.amazonaws.ecs.";
    private static final double CPU_UNITS_OF_A_CORE = 1024;
    private static final int MIB_SHIFT = 20;

    static final int WITH_NETWORK_DETAILS = 4;

    /** The whole task. */
    ObjectNode task(boolean tags) {
        DesiredWorkload workload = tenant.workload();
        Observation observed = tenant.observed();
        ObjectNode task = JsonNodeFactory.instance.objectNode();
        task.put("Cluster", label("cluster"))
                .put("TaskARN", arn())
                .put("Family", label("task-definition-family"))
                .put("Revision", label("task-definition-version"))
                .put("DesiredStatus", desiredStatus(tenant))
                .put("KnownStatus", knownStatus(observed.getPhase()));
        limits(task);
        put(task, "PullStartedAt", time(observed.getPullStartedAtMs()));
        put(task, "PullStoppedAt", time(observed.getPullStoppedAtMs()));
        put(task, "ExecutionStoppedAt", time(observed.getExecutionStoppedAtMs()));
        put(task, "AvailabilityZone", zone);
        put(task, "LaunchType", workload.getTask().getLaunchType());
        ArrayNode containers = task.putArray("Containers");
        tenant.containers().keySet().forEach(name -> container(name).ifPresent(containers::add));
        if (tags && workload.getTask().getTagsCount() > 0) {
            ObjectNode all = task.putObject("TaskTags");
            workload.getTask().getTagsMap().forEach(all::put);
        }
        if (version >= WITH_NETWORK_DETAILS) {
            put(task, "ServiceName", workload.getTask().getService());
            task.put("FaultInjectionEnabled", false);
        }
        return task;
    }

    /** One of its containers; empty while the engine has none. */
    Optional<ObjectNode> container(String name) {
        return Optional.ofNullable(portraits.get(name))
                .map(portrait -> new ContainerPicture(this, name, portrait).draw());
    }

    String arn() {
        return label("task-arn");
    }

    private void limits(ObjectNode task) {
        long cpu = tenant.workload().getSpec().getCpuLimitUnits();
        long memory = tenant.workload().getSpec().getMemoryLimitBytes();
        if (cpu > 0 || memory > 0) {
            ObjectNode limits = task.putObject("Limits");
            if (cpu > 0) {
                limits.put("CPU", cpu / CPU_UNITS_OF_A_CORE);
            }
            if (memory > 0) {
                limits.put("Memory", memory >> MIB_SHIFT);
            }
        }
    }

    private String label(String name) {
        return tenant.workload().getSpec().getLabelsOrDefault(LABEL + name, "");
    }

    static String desiredStatus(Tenant tenant) {
        boolean ends = tenant.workload().getDesired() == RunState.STOP
                || tenant.observed().getPhaseValue() >= Phase.STOPPING_VALUE;
        return ends ? "STOPPED" : "RUNNING";
    }

    private static String knownStatus(Phase phase) {
        return switch (phase) {
            case STOPPED -> "STOPPED";
            case RUNNING, DEACTIVATING, STOPPING, DEPROVISIONING -> "RUNNING";
            default -> "CREATED";
        };
    }

    static String time(long millis) {
        return millis == 0 ? "" : Instant.ofEpochMilli(millis).toString();
    }

    /** What is not known is not there. */
    static void put(ObjectNode object, String name, String value) {
        if (!value.isEmpty()) {
            object.put(name, value);
        }
    }
}
