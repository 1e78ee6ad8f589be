package dev.gantry.agent.work;

import dev.gantry.agent.AgentSettings;
import dev.gantry.agent.engine.Creation;
import dev.gantry.agent.engine.Labels;
import dev.gantry.agent.plan.Sandbox;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.PodSpec;
import dev.gantry.proto.WorkloadSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Draws up what the engine shall create for a container of a workload. Pure. */
final class Creations {

    private static final Map<String, String> LOG_BOUNDS = Map.of("max-size", "10m", "max-file", "3");
    private static final Set<String> BOUNDED_DRIVERS = Set.of("json-file", "local");
    private static final String DEFAULT_DRIVER = "json-file";

    private final AgentSettings settings;

    Creations(AgentSettings settings) {
        this.settings = settings;
    }

    /**
     * @param binds its volumes, present
     * @param cgroupParent empty when the task has none, so that each container gets the task's limits
     */
    Creation draw(DesiredWorkload workload, ContainerSpec container, List<Creation.Bind> binds, String cgroupParent) {
        WorkloadSpec spec = workload.getSpec();
        String driver = driver(container);
        Optional<String> sandbox = Sandbox.of(spec);
        boolean isSandbox = Sandbox.isNamed(container.getName());
        return new Creation(
                Names.container(workload, container.getName()),
                isSandbox ? sandbox(spec.getPod(), container) : container,
                isSandbox && sandbox.isEmpty() ? NetworkMode.NONE : network(spec),
                isSandbox ? own(spec.getPidMode(), "") : pidMode(workload, container),
                isSandbox ? own(spec.getIpcMode(), "shareable") : ipcMode(workload),
                isSandbox
                        ? ""
                        : sandbox.map(name -> Names.container(workload, name)).orElse(""),
                limits(spec, container, cgroupParent),
                labels(workload, container),
                binds,
                container.getLinksList().stream()
                        .map(link -> link(workload, link))
                        .toList(),
                container.getVolumesFromList().stream()
                        .map(from -> Names.container(workload, from.getContainer()) + (from.getReadOnly() ? ":ro" : ""))
                        .toList(),
                driver,
                logOptions(driver, container.getLog().getOptionsMap()),
                settings.machine().dynamicPorts(),
                "",
                "");
    }

    private static NetworkMode network(WorkloadSpec spec) {
        return spec.getNetwork() == NetworkMode.NETWORK_MODE_UNSPECIFIED ? NetworkMode.BRIDGE : spec.getNetwork();
    }

    /** Of the container whose namespace the others may join. */
    private static String own(String mode, String otherwise) {
        return mode.isEmpty() || mode.equals("task") ? otherwise : mode;
    }

    private static String ipcMode(DesiredWorkload workload) {
        return Sandbox.sharesIpc(workload.getSpec())
                ? "container:" + Names.container(workload, Sandbox.OF_TASK)
                : workload.getSpec().getIpcMode();
    }

    /** Whose processes it sees: the task's, the pod's, the machine's, or those of the container that it is there for. */
    private static String pidMode(DesiredWorkload workload, ContainerSpec container) {
        WorkloadSpec spec = workload.getSpec();
        if (Sandbox.sharesProcesses(spec)) {
            return "container:" + Names.container(workload, Sandbox.OF_TASK);
        }
        if (spec.getPod().getSharedProcesses()) {
            return "container:" + Names.container(workload, Sandbox.NAME);
        }
        String target = container.getPod().getTarget();
        boolean seesIts = spec.getPidMode().isEmpty() && !target.isEmpty();
        return seesIts ? "container:" + Names.container(workload, target) : spec.getPidMode();
    }

    /** What is the whole pod's the sandbox has. */
    private static ContainerSpec sandbox(PodSpec pod, ContainerSpec container) {
        return container.toBuilder()
                .addEntryPoint(PauseProgram.PATH)
                .setHostname(pod.getHostname())
                .addAllPorts(pod.getHostPortsList())
                .addAllExtraHosts(pod.getExtraHostsList())
                .addAllDnsServers(pod.getDnsServersList())
                .addAllDnsSearchDomains(pod.getDnsSearchDomainsList())
                .addAllDnsOptions(pod.getDnsOptionsList())
                .addAllSysctls(pod.getSysctlsList())
                .build();
    }

    private static String link(DesiredWorkload workload, String link) {
        String[] parts = link.split(":", 2);
        return Names.container(workload, parts[0]) + ":" + parts[parts.length - 1];
    }

    /** A container without a limit of its own gets the task's, so that it is this container that runs out of memory, and says so. */
    private static Creation.Limits limits(WorkloadSpec spec, ContainerSpec container, String cgroupParent) {
        if (spec.hasPod()) {
            return new Creation.Limits(
                    cgroupParent,
                    container.getMemoryLimitBytes(),
                    container.getPod().getCpuLimitUnits());
        }
        long memoryBytes =
                container.getMemoryLimitBytes() > 0 ? container.getMemoryLimitBytes() : spec.getMemoryLimitBytes();
        return new Creation.Limits(cgroupParent, memoryBytes, cgroupParent.isEmpty() ? spec.getCpuLimitUnits() : 0);
    }

    private Map<String, String> labels(DesiredWorkload workload, ContainerSpec container) {
        Map<String, String> labels = new HashMap<>(container.getLabelsMap());
        labels.putAll(workload.getSpec().getLabelsMap());
        labels.put(
                workload.getSpec().hasPod() ? Labels.KUBE_CONTAINER_NAME : Labels.ECS_CONTAINER_NAME,
                container.getName());
        labels.put(Labels.NODE, settings.nodeId());
        labels.put(Labels.WORKLOAD, Names.key(workload));
        labels.put(Labels.CONTAINER, container.getName());
        return labels;
    }

    private String driver(ContainerSpec container) {
        String driver = container.getLog().getDriver();
        if (driver.isEmpty()) {
            return DEFAULT_DRIVER;
        }
        if (!settings.allowed().logDrivers().contains(driver)) {
            throw RefusedTaskException.hostConfig("log driver " + driver + " is not available on this node");
        }
        return driver;
    }

    private static Map<String, String> logOptions(String driver, Map<String, String> given) {
        if (!BOUNDED_DRIVERS.contains(driver)) {
            return given;
        }
        Map<String, String> options = new HashMap<>(LOG_BOUNDS);
        options.putAll(given);
        return options;
    }
}
