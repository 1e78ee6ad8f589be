package dev.gantry.controller.scheduler.query;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/** Which of two texts is the greater one. */
final class TextOrder {

    private static final Pattern NUMBER = Pattern.compile("[+-]?\\d{1,40}(\\.\\d{1,40})?");

    private TextOrder() {}

    /** Two numbers compare as numbers, everything else letter by letter. */
    static int numbersElseLetters(String left, String right) {
        if (NUMBER.matcher(left).matches() && NUMBER.matcher(right).matches()) {
            return new BigDecimal(left).compareTo(new BigDecimal(right));
        }
        return left.compareTo(right);
    }

    /**
     * Part by part between the dots, so that 1.9 comes before 1.13; a leading "v" does not count.
     */
    static int versions(String left, String right) {
        String[] a = parts(left);
        String[] b = parts(right);
        for (int i = 0; i < Math.max(a.length, b.length); i++) {
            int order = numbersElseLetters(i < a.length ? a[i] : "0", i < b.length ? b[i] : "0");
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static String[] parts(String version) {
        return (version.startsWith("v") ? version.substring(1) : version).split("[.+-]", -1);
    }
}
