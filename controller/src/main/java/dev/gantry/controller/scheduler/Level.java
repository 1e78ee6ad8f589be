package dev.gantry.controller.scheduler;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * Candidates in the order of the steps from one depth on. All operations cost at most the logarithm
 * of their number.
 */
sealed interface Level {

    void add(Candidate candidate);

    void remove(Candidate candidate);

    boolean isEmpty();

    /** The best candidate; the level must not be empty. */
    Candidate first(RandomGenerator chance);

    /** A level for the steps from {@code depth} on. */
    static Level of(List<Step> steps, int depth) {
        boolean scoresOnly = steps.stream().skip(depth).allMatch(Step.Score.class::isInstance);
        if (scoresOnly) {
            return new Sorted(depth);
        }
        return switch (steps.get(depth)) {
            case Step.SpreadOver _ -> new Spread(steps, depth);
            case Step.Score _ -> new Scored(steps, depth);
            case Step.Chance _ -> new Any();
        };
    }

    /** One level below for each value of an attribute. */
    final class Spread implements Level {

        private final List<Step> steps;
        private final int depth;
        private final Map<Tally, Level> byTally = new HashMap<>();
        private final NavigableSet<Tally> order = new TreeSet<>(Tally.FEWEST_FIRST);

        private Spread(List<Step> steps, int depth) {
            this.steps = steps;
            this.depth = depth;
        }

        @Override
        public void add(Candidate candidate) {
            Tally tally = candidate.tally(depth);
            Level below = byTally.get(tally);
            if (below == null) {
                below = of(steps, depth + 1);
                byTally.put(tally, below);
                order.add(tally);
                tally.heldBy(this);
            }
            below.add(candidate);
        }

        @Override
        public void remove(Candidate candidate) {
            Tally tally = candidate.tally(depth);
            Level below = byTally.get(tally);
            if (below == null) {
                throw new IllegalStateException("no candidate has the value " + tally.value());
            }
            below.remove(candidate);
            if (below.isEmpty()) {
                byTally.remove(tally);
                order.remove(tally);
                tally.leftBy(this);
            }
        }

        @Override
        public boolean isEmpty() {
            return order.isEmpty();
        }

        @Override
        public Candidate first(RandomGenerator chance) {
            Level below = byTally.get(order.first());
            if (below == null) {
                throw new IllegalStateException("the value " + order.first().value() + " has no candidates");
            }
            return below.first(chance);
        }

        void take(Tally tally) {
            order.remove(tally);
        }

        void give(Tally tally) {
            order.add(tally);
        }
    }

    /** One level below for each score, where something other than scores comes later. */
    final class Scored implements Level {

        private final List<Step> steps;
        private final int depth;
        private final TreeMap<Long, Level> byScore = new TreeMap<>();

        private Scored(List<Step> steps, int depth) {
            this.steps = steps;
            this.depth = depth;
        }

        @Override
        public void add(Candidate candidate) {
            byScore.computeIfAbsent(candidate.scores[depth], _ -> of(steps, depth + 1))
                    .add(candidate);
        }

        @Override
        public void remove(Candidate candidate) {
            byScore.computeIfPresent(candidate.scores[depth], (_, below) -> {
                below.remove(candidate);
                return below.isEmpty() ? null : below;
            });
        }

        @Override
        public boolean isEmpty() {
            return byScore.isEmpty();
        }

        @Override
        public Candidate first(RandomGenerator chance) {
            return byScore.firstEntry().getValue().first(chance);
        }
    }

    /**
     * The last level where no chance is involved: by all scores that are left, then by the node's
     * id.
     */
    final class Sorted implements Level {

        private final TreeSet<Candidate> candidates;

        private Sorted(int depth) {
            Comparator<Candidate> byScores = (a, b) -> {
                for (int i = depth; i < a.scores.length; i++) {
                    int order = Long.compare(a.scores[i], b.scores[i]);
                    if (order != 0) {
                        return order;
                    }
                }
                return a.compareIds(b);
            };
            this.candidates = new TreeSet<>(byScores);
        }

        @Override
        public void add(Candidate candidate) {
            candidates.add(candidate);
        }

        @Override
        public void remove(Candidate candidate) {
            candidates.remove(candidate);
        }

        @Override
        public boolean isEmpty() {
            return candidates.isEmpty();
        }

        @Override
        public Candidate first(RandomGenerator chance) {
            return candidates.getFirst();
        }
    }

    /** The last level where chance decides: each candidate is as likely as any other. */
    final class Any implements Level {

        private final List<Candidate> candidates = new ArrayList<>();

        @Override
        public void add(Candidate candidate) {
            candidate.slot = candidates.size();
            candidates.add(candidate);
        }

        @Override
        public void remove(Candidate candidate) {
            // The last one moves into the gap, so that nothing else has to.
            Candidate last = candidates.removeLast();
            if (last != candidate) {
                candidates.set(candidate.slot, last);
                last.slot = candidate.slot;
            }
        }

        @Override
        public boolean isEmpty() {
            return candidates.isEmpty();
        }

        @Override
        public Candidate first(RandomGenerator chance) {
            return candidates.get(chance.nextInt(candidates.size()));
        }
    }
}
