package dev.gantry.controller.scheduler;

import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.Company;
import dev.gantry.proto.PodCrowd;
import dev.gantry.proto.PodTerm;
import dev.gantry.proto.Workload;
import dev.gantry.select.LabelRules;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the pods on the nodes mean to others: how many there are of each crowd that somebody asked for, and whose neighbours
 * some of them want to be or not. Both are kept with every pod that comes and goes; where no pod has such rules and none was
 * asked for, that costs next to nothing.
 */
final class Society {

    /** Crowds that are counted; who asks for one more makes the one that was not asked for longest be forgotten. */
    private static final int CROWDS_MAX = 1_000;

    /** Kinds of pods whose crowds are remembered. */
    private static final int FACES_MAX = 20_000;

    private final NamespaceLabels namespaces;

    /** The one that was not asked for longest is first. */
    private final LinkedHashMap<Crowd, Headcount> crowds = new LinkedHashMap<>();

    /** How many pods there are with a rule, by the places where they are. */
    private final Map<PodTerm, Headcount> held = new HashMap<>();

    private final Set<PodTerm> abandoned = new HashSet<>();
    private final TreeMap<Integer, Integer> priorities = new TreeMap<>();

    private final Map<Face, Map<Crowd, Headcount>> crowdsOf = new HashMap<>();
    private final Map<Face, List<PodTerm>> termsAbout = new HashMap<>();
    private Optional<Snapshot> snapshot = Optional.empty();

    Society(NamespaceLabels namespaces) {
        this.namespaces = namespaces;
    }

    /** From now on namespaces have the labels that they have in this snapshot. */
    void follow(Snapshot newer) {
        forgetAbandoned();
        snapshot = Optional.of(newer);
    }

    /** Forgets what followed from the labels of namespaces. */
    void namespacesChanged() {
        crowds.keySet().removeIf(crowd -> crowd.all().stream().anyMatch(PodCrowd::hasNamespaceLabels));
        crowdsOf.clear();
        termsAbout.clear();
    }

    /** Whether a decision for the workload depends on other pods, or on what it would like of nodes. */
    boolean concerns(Workload workload) {
        return workload.getSpec().hasPod()
                && (!isEmpty(workload.getSpec().getPod().getCompany())
                        || !held.isEmpty()
                                && Face.of(workload)
                                        .filter(face -> !about(face).isEmpty())
                                        .isPresent());
    }

    private static boolean isEmpty(Company company) {
        return company.getTermsCount() + company.getSpreadsCount() + company.getPreferencesCount() == 0;
    }

    /** The rules of pods on nodes that are about such a pod. */
    List<PodTerm> about(Face face) {
        if (termsAbout.size() > FACES_MAX) {
            termsAbout.clear();
        }
        return held.isEmpty()
                ? List.of()
                : termsAbout.computeIfAbsent(
                        face,
                        _ -> held.keySet().stream()
                                .filter(term -> isIn(term.getCrowd(), face))
                                .toList());
    }

    /** The pods that have the rule. */
    Headcount holding(PodTerm term) {
        Headcount count = held.get(term);
        return count == null ? new Headcount() : count;
    }

    /** @param nodes all that there are, for a crowd that was not asked for before */
    Headcount count(Crowd crowd, Collection<NodeState> nodes) {
        Headcount known = crowds.get(crowd);
        if (known != null) {
            crowds.putLast(crowd, known);
            return known;
        }
        Headcount counted = new Headcount();
        for (NodeState node : nodes) {
            for (Versioned<Workload> workload : node.workloads()) {
                Face.of(workload.value())
                        .filter(face -> contains(crowd, face))
                        .ifPresent(_ -> counted.add(node, weight(crowd, workload.value())));
            }
        }
        crowds.put(crowd, counted);
        if (crowds.size() > CROWDS_MAX) {
            crowds.pollFirstEntry();
        }
        crowdsOf.clear();
        return counted;
    }

    /** Whether the pod would be one of the crowd. */
    boolean contains(Crowd crowd, Face face) {
        for (PodCrowd one : crowd.all()) {
            if (!isIn(one, face)) {
                return false;
            }
        }
        return true;
    }

    /** Whether there is a pod on a node that has to go before one of this priority does. */
    boolean hasPriorityBelow(int priority) {
        return !priorities.isEmpty() && priorities.firstKey() < priority;
    }

    /** A workload comes to a node, or goes from it. */
    void count(NodeState node, Workload workload, int sign) {
        if (!workload.getSpec().hasPod()) {
            return;
        }
        priorities.merge(workload.getSpec().getPod().getPriority(), sign, NodeState::sum);
        Company company = workload.getSpec().getPod().getCompany();
        for (int i = 0; i < company.getTermsCount(); i++) {
            hold(company.getTerms(i), node, sign);
        }
        if (!crowds.isEmpty()) {
            Face.of(workload).ifPresent(face -> {
                crowdsOf(face).forEach((crowd, count) -> count.add(node, sign * weight(crowd, workload)));
            });
        }
    }

    private Map<Crowd, Headcount> crowdsOf(Face face) {
        if (crowdsOf.size() > FACES_MAX) {
            crowdsOf.clear();
        }
        return crowdsOf.computeIfAbsent(face, _ -> {
            Map<Crowd, Headcount> mine = new LinkedHashMap<>();
            crowds.forEach((crowd, count) -> {
                if (contains(crowd, face)) {
                    mine.put(crowd, count);
                }
            });
            return mine;
        });
    }

    private void hold(PodTerm term, NodeState node, int sign) {
        Headcount count = held.get(term);
        if (count == null) {
            count = new Headcount();
            held.put(term, count);
            termsAbout.clear();
        }
        count.add(node, sign);
        if (count.isEmpty()) {
            // Whoever decides now may hold on to the count, and the pod may come back.
            abandoned.add(term);
        }
    }

    private void forgetAbandoned() {
        abandoned.removeIf(term -> !holding(term).isEmpty());
        if (held.keySet().removeAll(abandoned)) {
            termsAbout.clear();
        }
        abandoned.clear();
    }

    private static int weight(Crowd crowd, Workload workload) {
        return crowd.staying() && Workloads.isUnwanted(workload) ? 0 : 1;
    }

    private boolean isIn(PodCrowd crowd, Face face) {
        return crowd.hasLabels()
                && crowd.getCluster().equals(face.cluster())
                && (crowd.getNamespacesList().contains(face.namespace()) || isSelected(crowd, face))
                && LabelRules.hold(crowd.getLabels(), face.labels());
    }

    private boolean isSelected(PodCrowd crowd, Face face) {
        if (!crowd.hasNamespaceLabels()) {
            return false;
        }
        // Without rules there is nothing to look up.
        return crowd.getNamespaceLabels().getRulesCount() == 0
                || snapshot.filter(image -> LabelRules.hold(
                                crowd.getNamespaceLabels(), namespaces.of(image, face.cluster(), face.namespace())))
                        .isPresent();
    }
}
