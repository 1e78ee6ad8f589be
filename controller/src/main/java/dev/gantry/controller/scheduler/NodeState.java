package dev.gantry.controller.scheduler;

import dev.gantry.controller.resource.BalancedPort;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.controller.scheduler.Demand.Group;
import dev.gantry.controller.scheduler.query.QueryNode;
import dev.gantry.proto.Node;
import dev.gantry.proto.Protocol;
import dev.gantry.proto.Resources;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import dev.gantry.store.Versioned;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A node and the sums over its live workloads. Workloads that shall stop hold what they reserved
 * until they have stopped, but no longer count for spreading.
 */
final class NodeState {

    /** Live workloads of one group on the node, and how many of them shall go on running. */
    private record GroupCount(int live, int wanted) {}

    private static final GroupCount NONE = new GroupCount(0, 0);
    private static final int UDP = 1 << 16;

    private final Society society;
    private Versioned<Node> record;
    private Map<String, String> attributes;
    private final Map<Key<Workload>, Versioned<Workload>> workloads = new HashMap<>();
    private final Map<Group, GroupCount> groups = new HashMap<>();

    /**
     * How often a port is taken; the node's own reserved ports, and those that lead to services, count as
     * one each. UDP ports are above {@link #UDP}.
     */
    private final Map<Integer, Integer> ports = new HashMap<>();

    private Set<BalancedPort> balanced = Set.of();

    private final Map<String, Long> devices = new HashMap<>();
    private long usedCpuUnits;
    private long usedMemoryBytes;
    private int running;
    private long stamp;
    private long changedAt;
    private boolean gone;
    private @Nullable QueryNode view;

    /** @param society told of every workload that comes and goes */
    NodeState(Versioned<Node> record, Society society) {
        this.record = record;
        this.society = society;
        this.attributes = QueryNode.attributes(record.value());
        countPorts(capacity(), 1);
    }

    String id() {
        return record.key().name();
    }

    String name() {
        return node().getInfo().getName();
    }

    String cluster() {
        return node().getInfo().getCluster();
    }

    Node node() {
        return record.value();
    }

    Versioned<Node> record() {
        return record;
    }

    Map<String, String> attributes() {
        return attributes;
    }

    Resources capacity() {
        return node().getInfo().getCapacity();
    }

    long freeCpuUnits() {
        return capacity().getCpuUnits() - usedCpuUnits;
    }

    long freeMemoryBytes() {
        return capacity().getMemoryBytes() - usedMemoryBytes;
    }

    long freeDevices(String name) {
        return capacity().getDevicesOrDefault(name, 0) - devices.getOrDefault(name, 0L);
    }

    boolean isTcpPortTaken(int port) {
        return ports.containsKey(port);
    }

    boolean isUdpPortTaken(int port) {
        return ports.containsKey(port | UDP);
    }

    /** Workloads that are not STOPPED. */
    int live() {
        return workloads.size();
    }

    int live(Group group) {
        return groups.getOrDefault(group, NONE).live();
    }

    int wanted(Group group) {
        return groups.getOrDefault(group, NONE).wanted();
    }

    /** Grows with every change, so that what was derived from the node can be told to be old. */
    long stamp() {
        return stamp;
    }

    /** The newest position in the journal. */
    long changedAt() {
        return changedAt;
    }

    void changedAt(long position) {
        changedAt = position;
    }

    boolean isGone() {
        return gone;
    }

    void leave() {
        tellSociety(-1);
        gone = true;
        stamp++;
    }

    QueryNode view() {
        if (view == null) {
            Set<String> names = groups.keySet().stream().map(Group::name).collect(Collectors.toSet());
            view = QueryNode.of(node(), attributes, running, names);
        }
        return view;
    }

    void replace(Versioned<Node> newer) {
        countPorts(capacity(), -1);
        Map<String, String> newAttributes = QueryNode.attributes(newer.value());
        record = newer;
        if (!newAttributes.equals(attributes)) {
            // What runs here is in other places from now on.
            tellSociety(-1);
            attributes = newAttributes;
            tellSociety(1);
        }
        countPorts(capacity(), 1);
        changed();
    }

    private void tellSociety(int sign) {
        workloads.values().forEach(workload -> society.count(this, workload.value(), sign));
    }

    /** Takes its ports that lead to services, and says whether they are others than before. */
    boolean balance(Set<BalancedPort> now) {
        if (now.equals(balanced)) {
            return false;
        }
        balanced.forEach(port -> ports.merge(number(port), -1, NodeState::sum));
        now.forEach(port -> ports.merge(number(port), 1, NodeState::sum));
        balanced = Set.copyOf(now);
        changed();
        return true;
    }

    private static int number(BalancedPort port) {
        return port.protocol() == Protocol.UDP ? port.port() | UDP : port.port();
    }

    /** Takes in a live workload, in place of an older version of it. */
    void put(Versioned<Workload> workload) {
        Versioned<Workload> before = workloads.put(workload.key(), workload);
        if (before != null) {
            count(before.value(), -1);
        }
        count(workload.value(), 1);
        changed();
    }

    boolean remove(Key<Workload> key) {
        Versioned<Workload> before = workloads.remove(key);
        if (before == null) {
            return false;
        }
        count(before.value(), -1);
        changed();
        return true;
    }

    /** Whether the workload is here and has not stopped. */
    boolean holds(Key<Workload> key) {
        return workloads.containsKey(key);
    }

    /** In no particular order. */
    Collection<Versioned<Workload>> workloads() {
        return workloads.values();
    }

    /** Whether exactly these workloads are on the node, at these revisions. */
    boolean holds(Collection<Versioned<Workload>> live) {
        return live.size() == workloads.size()
                && live.stream().allMatch(workload -> {
                    Versioned<Workload> mine = workloads.get(workload.key());
                    return mine != null && mine.revision() == workload.revision();
                });
    }

    /** Takes in these live workloads, and forgets all others. */
    void keepOnly(Collection<Versioned<Workload>> live) {
        Set<Key<Workload>> staying = live.stream().map(Versioned::key).collect(Collectors.toSet());
        List.copyOf(workloads.keySet()).stream()
                .filter(key -> !staying.contains(key))
                .forEach(this::remove);
        live.forEach(workload -> {
            Versioned<Workload> mine = workloads.get(workload.key());
            if (mine == null || mine.revision() != workload.revision()) {
                put(workload);
            }
        });
    }

    /** Everything that decisions read, for comparing one way of coming here with another. */
    List<Object> sums() {
        return List.of(
                record,
                Map.copyOf(groups),
                Map.copyOf(ports),
                Map.copyOf(devices),
                usedCpuUnits,
                usedMemoryBytes,
                running);
    }

    private void count(Workload workload, int sign) {
        society.count(this, workload, sign);
        Resources resources = workload.getSpec().getResources();
        usedCpuUnits += sign * resources.getCpuUnits();
        usedMemoryBytes += sign * resources.getMemoryBytes();
        resources.getDevicesMap().forEach((name, number) -> devices.merge(name, sign * number, NodeState::sum));
        countPorts(resources, sign);
        int wanted = Workloads.isUnwanted(workload) ? 0 : sign;
        groups.merge(Group.of(workload), new GroupCount(sign, wanted), (a, b) -> {
            GroupCount both = new GroupCount(a.live() + b.live(), a.wanted() + b.wanted());
            return both.live() == 0 ? null : both;
        });
        running += Workloads.isRunning(workload) ? sign : 0;
    }

    private void countPorts(Resources resources, int sign) {
        // By index, because the lists are primitive and this is on the path of every decision.
        for (int i = 0; i < resources.getTcpPortsCount(); i++) {
            ports.merge(resources.getTcpPorts(i), sign, NodeState::sum);
        }
        for (int i = 0; i < resources.getUdpPortsCount(); i++) {
            ports.merge(resources.getUdpPorts(i) | UDP, sign, NodeState::sum);
        }
    }

    /** For counts in a map: nobody is not in it. */
    static @Nullable Integer sum(Integer a, Integer b) {
        int sum = a + b;
        return sum == 0 ? null : sum;
    }

    private static @Nullable Long sum(Long a, Long b) {
        long sum = a + b;
        return sum == 0 ? null : sum;
    }

    private void changed() {
        stamp++;
        view = null;
    }
}
