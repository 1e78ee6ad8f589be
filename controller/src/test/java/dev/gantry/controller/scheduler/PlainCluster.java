package dev.gantry.controller.scheduler;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Pods;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.Administration;
import dev.gantry.proto.KubePod;
import dev.gantry.proto.LabelRule;
import dev.gantry.proto.LabelSelector;
import dev.gantry.proto.Node;
import dev.gantry.proto.PlacementConstraint;
import dev.gantry.proto.PodCrowd;
import dev.gantry.proto.PodTerm;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Resources;
import dev.gantry.proto.Taint;
import dev.gantry.proto.Toleration;
import dev.gantry.proto.TopologySpread;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** Nodes and who is on them, with the rules of placement once more, said as plainly as can be: each question counts everything. */
final class PlainCluster {

    static final String RACKS = "attribute:rack in [r0, r1]";

    /** What a node fails on first. */
    enum Failure {
        NODE,
        DISTINCT,
        ROOM,
        SPREAD,
        NEAR,
        AWAY
    }

    private final Map<String, Node> nodes = new TreeMap<>();
    private final Map<Key<Workload>, Workload> workloads = new HashMap<>();
    private final Map<Key<Workload>, String> places = new HashMap<>();

    PlainCluster(Snapshot snapshot) {
        snapshot.list(Kinds.NODE).forEach(node -> nodes.put(node.key().name(), node.value()));
        snapshot.list(Kinds.WORKLOAD).stream()
                .filter(one -> !Workloads.isStopped(one.value()) && Workloads.isPlaced(one.value()))
                .forEach(one ->
                        put(one.key(), one.value(), one.value().getPlacement().getNode()));
    }

    private PlainCluster(PlainCluster other) {
        nodes.putAll(other.nodes);
        workloads.putAll(other.workloads);
        places.putAll(other.places);
    }

    void put(Key<Workload> key, Workload workload, String node) {
        if (nodes.containsKey(node)) {
            workloads.put(key, workload);
            places.put(key, node);
        }
    }

    PlainCluster without(Collection<Key<Workload>> gone) {
        PlainCluster rest = new PlainCluster(this);
        rest.workloads.keySet().removeAll(gone);
        rest.places.keySet().removeAll(gone);
        return rest;
    }

    Optional<Workload> workload(Key<Workload> key) {
        return Optional.ofNullable(workloads.get(key));
    }

    private Node node(String id) {
        return Objects.requireNonNull(nodes.get(id));
    }

    private Workload known(Key<Workload> key) {
        return Objects.requireNonNull(workloads.get(key));
    }

    private Node nodeOf(Key<Workload> key) {
        return node(Objects.requireNonNull(places.get(key)));
    }

    List<Key<Workload>> on(String node) {
        return places.entrySet().stream()
                .filter(place -> place.getValue().equals(node))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Those that may be talked about at all. */
    List<String> nodesFor(Workload workload) {
        String required = workload.getSpec().getRequiredNode();
        return nodes.keySet().stream()
                .filter(node -> isOf(workload, node(node)))
                .filter(node -> required.isEmpty() || required.equals(node))
                .toList();
    }

    List<String> admitting(Workload workload) {
        return nodesFor(workload).stream()
                .filter(node -> failure(workload, node).isEmpty())
                .toList();
    }

    Optional<Failure> failure(Workload workload, String id) {
        Node node = node(id);
        if (!suits(workload, node)) {
            return Optional.of(Failure.NODE);
        }
        if (!isDistinct(workload, id)) {
            return Optional.of(Failure.DISTINCT);
        }
        if (!hasRoom(workload, id)) {
            return Optional.of(Failure.ROOM);
        }
        if (!required(workload).allMatch(rule -> isEven(workload, rule, node))) {
            return Optional.of(Failure.SPREAD);
        }
        if (!isNear(workload, node)) {
            return Optional.of(Failure.NEAR);
        }
        return isAway(workload, node) ? Optional.empty() : Optional.of(Failure.AWAY);
    }

    // The node itself.

    private static boolean isOf(Workload workload, Node node) {
        String cluster = workload.getSpec().getCluster();
        return cluster.isEmpty() || cluster.equals(node.getInfo().getCluster());
    }

    private static boolean suits(Workload workload, Node node) {
        return isOf(workload, node)
                && node.getReadiness() == Readiness.READY
                && isUntainted(workload, node)
                && isSelected(workload, node)
                && required(workload).allMatch(rule -> labels(node).containsKey(rule.getTopology()));
    }

    private static boolean isUntainted(Workload workload, Node node) {
        boolean isPod = workload.getSpec().hasPod();
        Taint cordon = Taint.newBuilder()
                .setKey("node.kubernetes.io/unschedulable")
                .setEffect("NoSchedule")
                .build();
        return node.getAdministration() == Administration.ACTIVE
                && (!node.getCordoned() || isPod && isTolerated(workload, cordon))
                && (!isPod
                        || node.getTaintsList().stream()
                                .allMatch(taint ->
                                        taint.getEffect().equals("PreferNoSchedule") || isTolerated(workload, taint)));
    }

    private static boolean isTolerated(Workload pod, Taint taint) {
        for (Toleration one : pod.getSpec().getPod().getTolerationsList()) {
            boolean isEffect = List.of("", taint.getEffect()).contains(one.getEffect());
            boolean isKey = one.getKey().isEmpty() || one.getKey().equals(taint.getKey());
            boolean isValue = one.getExists() || one.getValue().equals(taint.getValue());
            if (isEffect && isKey && isValue) {
                return true;
            }
        }
        return false;
    }

    /** As far as the expressions are about the node. */
    private static boolean isSelected(Workload workload, Node node) {
        boolean isInRack = List.of("r0", "r1").contains(labels(node).getOrDefault("rack", ""));
        return isInRack
                || workload.getSpec().getConstraintsList().stream()
                        .noneMatch(constraint -> constraint.getExpression().equals(RACKS));
    }

    static Map<String, String> labels(Node node) {
        Map<String, String> labels = new HashMap<>(node.getInfo().getAttributesMap());
        labels.putAll(node.getAttributesMap());
        labels.put("kubernetes.io/hostname", node.getInfo().getName().toLowerCase(Locale.ROOT));
        return labels;
    }

    // What runs there.

    private boolean isDistinct(Workload workload, String node) {
        Set<String> groups = new HashSet<>();
        on(node).forEach(key ->
                groups.add(key.scope() + " " + known(key).getSpec().getGroup()));
        String group = workload.getScope() + " " + workload.getSpec().getGroup();
        for (PlacementConstraint constraint : workload.getSpec().getConstraintsList()) {
            boolean isDistinct = constraint.getType() == PlacementConstraint.Type.DISTINCT_INSTANCE;
            boolean isAboutGroup = constraint.getExpression().equals("not(task:group == service:0)");
            boolean hasGroup = groups.stream().anyMatch(one -> one.endsWith(" service:0"));
            if (isDistinct && groups.contains(group) || isAboutGroup && hasGroup) {
                return false;
            }
        }
        return true;
    }

    private boolean hasRoom(Workload workload, String id) {
        Node node = node(id);
        Set<String> taken = new HashSet<>();
        ports(node.getInfo().getCapacity()).forEach(taken::add);
        on(id).forEach(key -> ports(known(key).getSpec().getResources()).forEach(taken::add));
        return fits(workload, id, Resources::getCpuUnits)
                && fits(workload, id, Resources::getMemoryBytes)
                && ports(workload.getSpec().getResources()).noneMatch(taken::contains);
    }

    private boolean fits(Workload workload, String id, ToLongFunction<Resources> of) {
        long needed = of.applyAsLong(workload.getSpec().getResources());
        long used = on(id).stream()
                .mapToLong(key -> of.applyAsLong(known(key).getSpec().getResources()))
                .sum();
        return needed == 0 || used + needed <= of.applyAsLong(node(id).getInfo().getCapacity());
    }

    private static Stream<String> ports(Resources resources) {
        return Stream.concat(
                resources.getTcpPortsList().stream().map(port -> port + "/tcp"),
                resources.getUdpPortsList().stream().map(port -> port + "/udp"));
    }

    // Its neighbours.

    private static Stream<TopologySpread> required(Workload workload) {
        return workload.getSpec().getPod().getCompany().getSpreadsList().stream()
                .filter(TopologySpread::getRequired);
    }

    private boolean isEven(Workload workload, TopologySpread rule, Node node) {
        Map<String, Integer> domains = new HashMap<>();
        nodes.forEach((id, one) -> {
            boolean counts = isOf(workload, one)
                    && required(workload).allMatch(each -> labels(one).containsKey(each.getTopology()))
                    && (rule.getCountsUnselectedNodes() || isSelected(workload, one))
                    && (!rule.getSkipsTaintedNodes() || isUntainted(workload, one));
            if (counts) {
                long here = on(id).stream()
                        .map(this::known)
                        .filter(other -> !Workloads.isUnwanted(other) && isIn(rule.getCrowd(), other))
                        .count();
                domains.merge(labels(one).get(rule.getTopology()), (int) here, Integer::sum);
            }
        });
        int fewest = domains.size() < rule.getMinDomains()
                ? 0
                : domains.values().stream().mapToInt(number -> number).min().orElse(0);
        int here = domains.getOrDefault(labels(node).get(rule.getTopology()), 0);
        int self = isIn(rule.getCrowd(), workload) ? 1 : 0;
        return here + self - fewest <= rule.getMaxSkew();
    }

    /** Those that all terms are about are the ones to be near to; who is one of them may be the first. */
    private boolean isNear(Workload workload, Node node) {
        List<PodTerm> terms = terms(workload, false);
        List<Key<Workload>> wanted = workloads.keySet().stream()
                .filter(key -> terms.stream().allMatch(term -> isIn(term.getCrowd(), known(key))))
                .toList();
        boolean hasLabels = terms.stream().allMatch(term -> labels(node).containsKey(term.getTopology()));
        boolean isNear =
                terms.stream().allMatch(term -> wanted.stream().anyMatch(key -> isSamePlace(term, node, nodeOf(key))));
        boolean isNobodyThere = terms.stream()
                .noneMatch(term ->
                        wanted.stream().anyMatch(key -> labels(nodeOf(key)).containsKey(term.getTopology())));
        boolean isOneOfThem = terms.stream().allMatch(term -> isIn(term.getCrowd(), workload));
        return terms.isEmpty() || hasLabels && (isNear || isNobodyThere && isOneOfThem);
    }

    private boolean isAway(Workload workload, Node node) {
        for (Key<Workload> key : workloads.keySet()) {
            Workload other = known(key);
            Node its = nodeOf(key);
            boolean isMine = terms(workload, true).stream()
                    .anyMatch(term -> isIn(term.getCrowd(), other) && isSamePlace(term, node, its));
            boolean isTheirs = terms(other, true).stream()
                    .anyMatch(term -> isIn(term.getCrowd(), workload) && isSamePlace(term, node, its));
            if (isMine || isTheirs) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSamePlace(PodTerm term, Node one, Node other) {
        String value = labels(one).get(term.getTopology());
        return value != null && value.equals(labels(other).get(term.getTopology()));
    }

    private static List<PodTerm> terms(Workload workload, boolean away) {
        return workload.getSpec().getPod().getCompany().getTermsList().stream()
                .filter(term -> term.getWeight() == 0 && term.getAway() == away)
                .toList();
    }

    private static boolean isIn(PodCrowd crowd, Workload workload) {
        if (!crowd.hasLabels() || !workload.getSpec().hasPod()) {
            return false;
        }
        KubePod pod = Pods.pod(workload).orElseThrow();
        boolean isNamespace = crowd.getNamespacesList().contains(pod.getNamespace())
                || crowd.hasNamespaceLabels()
                        && holds(
                                crowd.getNamespaceLabels(),
                                PodLife.NAMESPACES.getOrDefault(pod.getNamespace(), Map.of()));
        return isNamespace && holds(crowd.getLabels(), pod.getLabelsMap());
    }

    private static boolean holds(LabelSelector selector, Map<String, String> labels) {
        return selector.getRulesList().stream().allMatch(rule -> {
            boolean isOneOf = rule.getValuesList().contains(labels.getOrDefault(rule.getKey(), ""));
            return rule.getOperator() == LabelRule.Operator.IN ? isOneOf : !isOneOf;
        });
    }
}
