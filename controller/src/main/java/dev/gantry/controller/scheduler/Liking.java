package dev.gantry.controller.scheduler;

import dev.gantry.controller.scheduler.Step.Score;
import dev.gantry.controller.scheduler.Survey.Site;
import dev.gantry.proto.PodTerm;
import dev.gantry.proto.TopologySpread;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Which of the nodes that can take a pod it likes best. Each preference gives 0 to 100, weighed as kube-scheduler does; who is
 * equal then goes by the demand's own steps.
 */
final class Liking {

    private static final int BEST = 100;
    private static final int OF_TAINTS = 3;
    private static final int OF_NODES = 2;
    private static final int OF_PODS = 2;
    private static final int OF_SPREADS = 2;

    /** What a pod that must be near to others is worth to them. */
    private static final int OF_REQUIRED = 1;

    private static final String HOSTNAME = "kubernetes.io/hostname";

    private final Demand demand;
    private final Neighbourhood neighbourhood;
    private final Collection<NodeState> nodes;

    Liking(Demand demand, Neighbourhood neighbourhood, Collection<NodeState> nodes) {
        this.demand = demand;
        this.neighbourhood = neighbourhood;
        this.nodes = nodes;
    }

    Optional<NodeState> best(List<Site> fitting) {
        if (fitting.size() < 2) {
            return fitting.stream().findFirst().map(Site::node);
        }
        long[] totals = new long[fitting.size()];
        add(totals, OF_TAINTS, shares(fitting.stream().mapToLong(Site::undesired), true));
        add(totals, OF_NODES, shares(fitting.stream().mapToLong(Site::liking), false));
        add(totals, OF_PODS, pods(fitting));
        add(totals, OF_SPREADS, spreads(fitting));
        List<Score> steps = Step.of(demand).stream()
                .filter(Score.class::isInstance)
                .map(Score.class::cast)
                .toList();
        Comparator<Integer> order = Comparator.comparingLong(one -> -totals[one]);
        for (Score step : steps) {
            order = order.thenComparingLong(one -> step.of(fitting.get(one).node(), demand));
        }
        order = order.thenComparing(one -> fitting.get(one).node().id());
        return IntStream.range(0, totals.length)
                .boxed()
                .min(order)
                .map(one -> fitting.get(one).node());
    }

    private static void add(long[] totals, int weight, long[] scores) {
        for (int i = 0; i < scores.length; i++) {
            totals[i] += weight * scores[i];
        }
    }

    /** 0 to 100, by the most of them. */
    private static long[] shares(LongStream of, boolean isFewestBest) {
        long[] scores = of.toArray();
        long most = Arrays.stream(scores).max().orElse(0);
        for (int i = 0; i < scores.length; i++) {
            long share = most == 0 ? 0 : BEST * scores[i] / most;
            scores[i] = isFewestBest ? BEST - share : share;
        }
        return scores;
    }

    private long[] pods(List<Site> fitting) {
        Map<String, Map<String, Long>> worth = new HashMap<>();
        for (PodTerm term : demand.company().getTermsList()) {
            if (term.getWeight() > 0) {
                Crowd crowd = new Crowd(List.of(term.getCrowd()), false);
                worth(worth, term, term.getWeight(), neighbourhood.society().count(crowd, nodes));
            }
        }
        for (PodTerm term : neighbourhood.society().about(neighbourhood.face())) {
            boolean isRequired = term.getWeight() == 0;
            if (!isRequired || !term.getAway()) {
                int weight = isRequired ? OF_REQUIRED : term.getWeight();
                worth(worth, term, weight, neighbourhood.society().holding(term));
            }
        }
        long[] scores = new long[fitting.size()];
        worth.forEach((topology, values) -> {
            for (int i = 0; i < scores.length; i++) {
                String value = fitting.get(i).node().attributes().get(topology);
                scores[i] += value == null ? 0 : values.getOrDefault(value, 0L);
            }
        });
        long least = Arrays.stream(scores).min().orElse(0);
        long most = Arrays.stream(scores).max().orElse(0);
        for (int i = 0; i < scores.length; i++) {
            scores[i] = most == least ? 0 : BEST * (scores[i] - least) / (most - least);
        }
        return scores;
    }

    private static void worth(Map<String, Map<String, Long>> to, PodTerm term, int weight, Headcount count) {
        long signed = term.getAway() ? -weight : weight;
        Map<String, Long> values = to.computeIfAbsent(term.getTopology(), _ -> new HashMap<>());
        count.by(term.getTopology()).forEach((value, number) -> values.merge(value, signed * number, Long::sum));
    }

    private long[] spreads(List<Site> fitting) {
        List<TopologySpread> soft = demand.company().getSpreadsList().stream()
                .filter(rule -> !rule.getRequired())
                .toList();
        long[] scores = new long[fitting.size()];
        if (soft.isEmpty()) {
            return scores;
        }
        List<Site> labelled = neighbourhood.sites().stream()
                .filter(site -> Neighbourhood.hasAll(site.node(), soft))
                .toList();
        Set<NodeState> known = new HashSet<>();
        labelled.forEach(site -> known.add(site.node()));
        List<double[]> parts = new ArrayList<>();
        soft.forEach(rule -> parts.add(crowding(rule, fitting, labelled, known)));
        for (int i = 0; i < scores.length; i++) {
            double sum = 0;
            for (double[] part : parts) {
                sum += part[i];
            }
            scores[i] = Math.round(sum);
        }
        return even(scores, fitting, known);
    }

    /** The emptiest place is the best; nodes that lack an attribute are as good as none. */
    private static long[] even(long[] scores, List<Site> fitting, Set<NodeState> known) {
        long least = Long.MAX_VALUE;
        long most = 0;
        for (int i = 0; i < scores.length; i++) {
            if (known.contains(fitting.get(i).node())) {
                least = Math.min(least, scores[i]);
                most = Math.max(most, scores[i]);
            }
        }
        for (int i = 0; i < scores.length; i++) {
            if (!known.contains(fitting.get(i).node())) {
                scores[i] = 0;
            } else {
                scores[i] = most == 0 ? BEST : BEST * (most + least - scores[i]) / most;
            }
        }
        return scores;
    }

    private double[] crowding(TopologySpread rule, List<Site> fitting, List<Site> labelled, Set<NodeState> known) {
        Headcount count = neighbourhood.society().count(new Crowd(List.of(rule.getCrowd()), true), nodes);
        boolean byNode = rule.getTopology().equals(HOSTNAME);
        Map<String, Integer> places = new HashMap<>();
        for (Site site : labelled) {
            if (!byNode && Evenness.counts(rule, site)) {
                places.merge(
                        site.node().attributes().getOrDefault(rule.getTopology(), ""),
                        count.on(site.node()),
                        Integer::sum);
            }
        }
        long size = fitting.stream()
                .filter(site -> known.contains(site.node()))
                .map(site -> site.node().attributes().getOrDefault(rule.getTopology(), ""))
                .distinct()
                .count();
        double weight = Math.log(size + 2.0);
        double[] scores = new double[fitting.size()];
        for (int i = 0; i < scores.length; i++) {
            NodeState node = fitting.get(i).node();
            int here = byNode
                    ? count.on(node)
                    : places.getOrDefault(node.attributes().getOrDefault(rule.getTopology(), ""), 0);
            scores[i] = here * weight + (rule.getMaxSkew() - 1);
        }
        return scores;
    }
}
