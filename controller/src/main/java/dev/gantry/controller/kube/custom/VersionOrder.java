package dev.gantry.controller.kube.custom;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which version of a kind clients shall prefer: a finished one before beta before alpha, newer before older, others last by name. */
record VersionOrder(int stage, long major, long minor, String name) {

    static final Comparator<String> PREFERRED_FIRST = Comparator.comparing(
            VersionOrder::of,
            Comparator.comparingInt(VersionOrder::stage)
                    .thenComparing(Comparator.comparingLong(VersionOrder::major).reversed())
                    .thenComparing(Comparator.comparingLong(VersionOrder::minor).reversed())
                    .thenComparing(VersionOrder::name));

    private static final Pattern VERSION = Pattern.compile("v(\\d{1,9})(?:(alpha|beta)(\\d{1,9}))?");
    private static final int OTHER = 3;

    private static VersionOrder of(String name) {
        Matcher matcher = VERSION.matcher(name);
        if (!matcher.matches()) {
            return new VersionOrder(OTHER, 0, 0, name);
        }
        long major = Long.parseLong(matcher.group(1));
        return matcher.group(2) == null
                ? new VersionOrder(0, major, 0, "")
                : new VersionOrder(
                        matcher.group(2).equals("beta") ? 1 : 2, major, Long.parseLong(matcher.group(3)), "");
    }
}
