package dev.gantry.agent.work;

import dev.gantry.agent.AgentSettings;
import dev.gantry.agent.Routing;
import dev.gantry.agent.TaskEndpoints;
import dev.gantry.agent.engine.ContainerEngine;
import dev.gantry.agent.engine.Creation;
import dev.gantry.agent.engine.EngineFacts;
import dev.gantry.agent.mount.NfsMounts;
import dev.gantry.agent.plan.Sandbox;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.KeyValue;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.PodSpec;
import dev.gantry.proto.ServiceRoute;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/** Gives each container what it needs on this node. */
final class Preparation implements Hands.Builder {

    /** Names with fewer dots are looked for in the cluster's domains first, as upstream has it. */
    private static final String MANY_DOTS = "ndots:5";

    private final AgentSettings settings;
    private final Admission admission;
    private final Creations creations;
    private final TaskGroups groups;
    private final Volumes volumes;
    private final PodVolumes podVolumes;
    private final PodMounts podMounts;
    private final PreviousLogs previousLogs;
    private final Pods pods;
    private final Routing routing;
    private final TaskEndpoints endpoints;
    private final List<String> addresses;

    /**
     * @param addresses of this node
     */
    Preparation(
            AgentSettings settings,
            ContainerEngine engine,
            EngineFacts facts,
            HostPaths hostPaths,
            Pods pods,
            EngineWorkshop.Surroundings surroundings,
            List<String> addresses) {
        this.settings = settings;
        this.admission = new Admission(settings.allowed());
        this.creations = new Creations(settings);
        this.groups = new TaskGroups(settings.engine(), facts);
        this.volumes = new Volumes(engine, settings, hostPaths);
        PodFolders folders = PodFolders.of(settings.dataDirectory(), settings.nodeId());
        this.podMounts = new PodMounts(engine, settings.engine().host(), new NfsMounts(settings.dataDirectory()));
        this.podVolumes = new PodVolumes(engine, settings.nodeId(), hostPaths, folders, podMounts);
        this.previousLogs = new PreviousLogs(engine, folders);
        this.pods = pods;
        this.routing = surroundings.routing();
        this.endpoints = surroundings.tasks();
        this.addresses = List.copyOf(addresses);
    }

    PreviousLogs previousLogs() {
        return previousLogs;
    }

    Volumes volumes() {
        return volumes;
    }

    PodMounts podMounts() {
        return podMounts;
    }

    @Override
    public void attach(DesiredWorkload workload, ContainerSpec container) throws InterruptedException {
        podMounts.attach(workload, container);
    }

    @Override
    public void detach(DesiredWorkload workload) throws InterruptedException {
        podMounts.detach(workload);
    }

    @Override
    public Creation prepare(DesiredWorkload workload, ContainerSpec container) throws InterruptedException {
        admission.check(workload.getSpec(), container);
        if (!workload.getSpec().hasPod()) {
            Creation drawn = creations.draw(
                    workload, told(workload, container), volumes.binds(workload, container), groups.parent(workload));
            boolean holdsNetwork = container.getName().equals(Sandbox.OF_TASK)
                    && workload.getSpec().getNetwork() == NetworkMode.AWSVPC;
            return holdsNetwork ? drawn.on(network()) : drawn;
        }
        boolean isSandbox = container.getName().equals(Sandbox.NAME);
        ContainerSpec resolved = isSandbox
                ? named(workload, container)
                : new PodEnvironment(
                                settings.nodeName().toLowerCase(Locale.ROOT),
                                addresses,
                                podAddresses(workload),
                                services(workload))
                        .resolve(workload, container);
        Creation drawn = creations.draw(workload, resolved, podVolumes.binds(workload, container), "");
        boolean isConnected = isSandbox && workload.getSpec().getNetwork() != NetworkMode.HOST;
        return isConnected ? drawn.on(routing.network().orElse("")) : drawn;
    }

    /** With the variables that say where it may ask about itself, whatever it has of those names. */
    private ContainerSpec told(DesiredWorkload workload, ContainerSpec container) throws InterruptedException {
        ContainerSpec.Builder told = container.toBuilder();
        new TreeMap<>(endpoints.variables(workload, container.getName()))
                .forEach((name, value) ->
                        told.addEnvironment(KeyValue.newBuilder().setKey(name).setValue(value)));
        return told.build();
    }

    /** Those that the pod finds in its variables. */
    private List<ServiceRoute> services(DesiredWorkload workload) {
        return Names.namespace(workload)
                .filter(_ -> workload.getSpec().getPod().getServiceLinks())
                .map(namespace -> routing.services(namespace.cluster(), namespace.name()))
                .orElse(List.of());
    }

    private String network() {
        return routing.network()
                .orElseThrow(
                        () -> RefusedTaskException.hostConfig("network mode awsvpc is not available on this node"));
    }

    /** Lets a pod ask for the names of services, where somebody answers. */
    private ContainerSpec named(DesiredWorkload workload, ContainerSpec sandbox) {
        PodSpec pod = workload.getSpec().getPod();
        Optional<String> server = pod.getClusterNames() ? routing.nameServer() : Optional.empty();
        return server.map(address -> sandbox.toBuilder()
                        .addDnsServers(address)
                        .addAllDnsSearchDomains(pod.getClusterSearchDomainsList())
                        .addDnsOptions(MANY_DOTS)
                        .build())
                .orElse(sandbox);
    }

    /** On the machine's network the pod's addresses are the machine's. */
    private List<String> podAddresses(DesiredWorkload workload) throws InterruptedException {
        List<String> own = pods.addresses(workload);
        return own.isEmpty() ? addresses : own;
    }

    @Override
    public String words(DesiredWorkload workload, String container) {
        return workload.getSpec().hasPod() ? podVolumes.words(workload, container) : "";
    }

    @Override
    public void keepLog(DesiredWorkload workload, String container, String id) throws InterruptedException {
        previousLogs.keep(workload, container, id);
    }

    @Override
    public void refresh(DesiredWorkload workload) {
        try {
            podVolumes.refresh(workload);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void clear(DesiredWorkload workload) throws InterruptedException {
        // A workload that this node no longer has a specification of may have been either.
        podVolumes.clear(workload);
        groups.clear(workload);
        volumes.clear(workload);
    }
}
