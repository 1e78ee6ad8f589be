package dev.gantry.controller.kube.custom;

import dev.gantry.controller.kube.custom.JsonPath.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Reads a JSONPath from left to right. */
final class JsonPathParser {

    private static final int LENGTH_MAX = 1_024;
    private static final Pattern RANGE = Pattern.compile("(-?\\d{1,6})?(:)?(-?\\d{1,6})?");
    private static final Pattern HAVING =
            Pattern.compile("\\?\\(\\s*@([^=!<>~]+?)\\s*(==|!=)\\s*(?:'([^']*)'|\"([^\"]*)\"|([\\w.-]+))\\s*\\)");

    private final String text;
    private final List<Step> steps = new ArrayList<>();
    private int at;

    JsonPathParser(String text) {
        String plain = text.startsWith("{") && text.endsWith("}") ? text.substring(1, text.length() - 1) : text;
        this.text = plain.startsWith("$") ? plain.substring(1) : plain;
    }

    Optional<JsonPath> parse() {
        if (text.length() > LENGTH_MAX || text.isEmpty()) {
            return Optional.empty();
        }
        if (text.equals(".")) {
            return Optional.of(new JsonPath(List.of()));
        }
        while (at < text.length()) {
            boolean isRead = switch (text.charAt(at)) {
                case '.' -> member();
                case '[' -> bracket();
                default -> false;
            };
            if (!isRead) {
                return Optional.empty();
            }
        }
        return Optional.of(new JsonPath(steps));
    }

    /** Up to the next dot or bracket that no backslash stands before. */
    private boolean member() {
        at++;
        StringBuilder name = new StringBuilder();
        while (at < text.length() && text.charAt(at) != '.' && text.charAt(at) != '[') {
            if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                at++;
            }
            name.append(text.charAt(at));
            at++;
        }
        if (name.isEmpty()) {
            // Of ".[0]" the dot says nothing; two dots would search everywhere.
            return at < text.length() && text.charAt(at) == '[';
        }
        steps.add(name.toString().equals("*") ? new Step.All() : new Step.Member(name.toString()));
        return true;
    }

    private boolean bracket() {
        int end = closing();
        if (end < 0) {
            return false;
        }
        String inside = text.substring(at + 1, end).trim();
        at = end + 1;
        Optional<Step> step = step(inside);
        step.ifPresent(steps::add);
        return step.isPresent();
    }

    private int closing() {
        char quote = 0;
        int depth = 0;
        for (int i = at; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (c == '[') {
                depth++;
            } else if (c == ']') {
                depth--;
                if (depth == 0) {
                    return i;
                }
            }
        }
        return -1;
    }

    private static Optional<Step> step(String inside) {
        if (inside.equals("*")) {
            return Optional.of(new Step.All());
        }
        boolean isQuoted = inside.length() > 2
                && (inside.startsWith("'") || inside.startsWith("\""))
                && inside.indexOf(inside.charAt(0), 1) == inside.length() - 1;
        if (isQuoted) {
            return Optional.of(new Step.Member(inside.substring(1, inside.length() - 1)));
        }
        Matcher having = HAVING.matcher(inside);
        if (having.matches()) {
            String value = IntStream.rangeClosed(3, 5)
                    .mapToObj(having::group)
                    .filter(Objects::nonNull)
                    .collect(Collectors.joining());
            boolean isEqual = having.group(2).equals("==");
            return JsonPath.parse(having.group(1)).map(member -> new Step.Having(member, isEqual, value));
        }
        return range(inside);
    }

    private static Optional<Step> range(String inside) {
        Matcher range = RANGE.matcher(inside);
        if (inside.isEmpty() || !range.matches()) {
            return Optional.empty();
        }
        int from = range.group(1) == null ? 0 : Integer.parseInt(range.group(1));
        if (range.group(2) != null) {
            int to = range.group(3) == null ? Integer.MAX_VALUE : Integer.parseInt(range.group(3));
            return Optional.of(new Step.Range(from, to));
        }
        return Optional.of(new Step.Range(from, from == -1 ? Integer.MAX_VALUE : from + 1));
    }
}
