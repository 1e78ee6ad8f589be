package dev.gantry.controller.scheduler.query;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A Java regular expression that gives up instead of backtracking for ever. Two patterns are equal
 * when their texts are.
 */
final class BoundedPattern {

    /**
     * Characters that one match may look at. A pattern that is not catastrophic needs a few per
     * character.
     */
    static final int STEPS_MAX = 100_000;

    /**
     * Product of all counted repetitions, because {@code (a?){1000000}} works without looking at a
     * character.
     */
    static final long REPETITIONS_MAX = 10_000;

    private static final Pattern REPETITION = Pattern.compile("\\{(\\d+)(?:,(\\d*))?\\}");

    private final Pattern pattern;

    private BoundedPattern(Pattern pattern) {
        this.pattern = pattern;
    }

    /**
     * @param position where the pattern starts in its query, for the error
     * @throws QueryException when it is no pattern, or one that repeats too much
     */
    static BoundedPattern compile(String text, int position) {
        checkRepetitions(text, position);
        try {
            return new BoundedPattern(Pattern.compile(text));
        } catch (PatternSyntaxException e) {
            int at = position + Math.max(0, e.getIndex());
            throw new QueryException(at, "expected a Java regular expression: " + e.getDescription());
        }
    }

    private static void checkRepetitions(String text, int position) {
        long product = 1;
        Matcher repetition = REPETITION.matcher(text);
        while (repetition.find()) {
            String most = repetition.group(2);
            String count = most == null || most.isEmpty() ? repetition.group(1) : most;
            product = count.length() > 6 ? Long.MAX_VALUE : product * Math.max(1, Long.parseLong(count));
            if (product > REPETITIONS_MAX) {
                throw new QueryException(
                        position + repetition.start(),
                        "expected repetitions that multiply to at most " + REPETITIONS_MAX);
            }
        }
    }

    /**
     * Whether the whole text matches.
     *
     * @throws QueryException when finding out takes too many steps
     */
    boolean matches(String text) {
        return pattern.matcher(new Counted(text, new Budget())).matches();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BoundedPattern that && that.pattern.pattern().equals(pattern.pattern());
    }

    @Override
    public int hashCode() {
        return pattern.pattern().hashCode();
    }

    @Override
    public String toString() {
        return pattern.pattern();
    }

    private static final class Budget {

        private int left = STEPS_MAX;

        void spend() {
            if (--left < 0) {
                throw new QueryException(-1, "the pattern takes more than " + STEPS_MAX + " steps on one value");
            }
        }
    }

    /** Counts down with every character looked at; parts of it share the count. */
    private record Counted(CharSequence text, Budget budget) implements CharSequence {

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            budget.spend();
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Counted(text.subSequence(start, end), budget);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
