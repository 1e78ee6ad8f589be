package dev.gantry.controller.kube.custom;

import com.google.re2j.Pattern;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.function.Predicate;

/** The formats of texts that are checked; any text is of a format that is not among them. */
final class Formats {

    private static final Map<String, Predicate<String>> ALL = Map.ofEntries(
            Map.entry("date-time", text -> isTime(text, OffsetDateTime::parse)),
            Map.entry("datetime", text -> isTime(text, OffsetDateTime::parse)),
            Map.entry("date", text -> isTime(text, LocalDate::parse)),
            Map.entry("ipv4", Formats::isIpv4),
            Map.entry("ipv6", Formats::isIpv6),
            Map.entry("cidr", Formats::isCidr),
            Map.entry("mac", matching("([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}")),
            Map.entry("uuid", matching("[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")),
            Map.entry("hostname", matching("[A-Za-z0-9]([-A-Za-z0-9]*)(\\.[A-Za-z0-9][-A-Za-z0-9]*)*\\.?")),
            Map.entry("email", matching("[^@\\s]+@[^@\\s]+")),
            Map.entry("uri", Formats::isUri),
            Map.entry("byte", Formats::isBase64),
            Map.entry("duration", matching("-?([0-9]+(\\.[0-9]+)? ?(ns|us|µs|ms|s|m|h|d|w)[a-z]* ?)+|0")));

    private Formats() {}

    static boolean fits(String format, String text) {
        return ALL.getOrDefault(format, _ -> true).test(text);
    }

    private static Predicate<String> matching(String pattern) {
        return Pattern.compile(pattern)::matches;
    }

    private static boolean isTime(String text, java.util.function.Consumer<String> parse) {
        try {
            parse.accept(text);
            return true;
        } catch (DateTimeException _) {
            return false;
        }
    }

    private static boolean isIpv4(String text) {
        return text.matches("(\\d{1,3}\\.){3}\\d{1,3}")
                && Arrays.stream(text.split("\\.")).allMatch(part -> Integer.parseInt(part) <= 255);
    }

    /** Eight groups of digits, of which one run of zeros may be left out; the last two may be an IPv4 address. */
    private static boolean isIpv6(String text) {
        int last = text.lastIndexOf(':');
        boolean isMixed = text.indexOf('.') >= 0;
        if (last < 0 || text.length() > 45 || isMixed && !isIpv4(text.substring(last + 1))) {
            return false;
        }
        String groups = isMixed ? text.substring(0, last + 1) + "0:0" : text;
        int gap = groups.indexOf("::");
        if (gap < 0) {
            return count(groups) == 8;
        }
        String after = groups.substring(gap + 2);
        return !after.contains("::") && count(groups.substring(0, gap)) + count(after) < 8;
    }

    /** How many groups there are; many where something is none. */
    private static int count(String groups) {
        if (groups.isEmpty()) {
            return 0;
        }
        String[] parts = groups.split(":", -1);
        for (String part : parts) {
            if (!part.matches("[0-9A-Fa-f]{1,4}")) {
                return Byte.MAX_VALUE;
            }
        }
        return parts.length;
    }

    private static boolean isCidr(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length != 2 || !parts[1].matches("\\d{1,3}")) {
            return false;
        }
        int bits = Integer.parseInt(parts[1]);
        return isIpv4(parts[0]) && bits <= 32 || isIpv6(parts[0]) && bits <= 128;
    }

    private static boolean isUri(String text) {
        try {
            return new URI(text).getScheme() != null || text.startsWith("/");
        } catch (URISyntaxException _) {
            return false;
        }
    }

    private static boolean isBase64(String text) {
        try {
            byte[] _ = Base64.getDecoder().decode(text.replaceAll("[\r\n]", ""));
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
