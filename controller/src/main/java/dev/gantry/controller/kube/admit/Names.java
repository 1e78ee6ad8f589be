package dev.gantry.controller.kube.admit;

import java.util.Optional;
import java.util.regex.Pattern;

/** What names, labels and keys may look like. */
enum Names {
    SUBDOMAIN(
            "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*",
            253,
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must"
                + " start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '"),
    LABEL(
            "[a-z0-9]([-a-z0-9]*[a-z0-9])?",
            63,
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and"
                    + " end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is"
                    + " '"),
    SERVICE(
            "[a-z]([-a-z0-9]*[a-z0-9])?",
            63,
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic"
                + " character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for"
                + " validation is '"),
    WILDCARD(
            "\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*",
            253,
            "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist"
                    + " of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g."
                    + " '*.example.com', regex used for validation is '"),
    PORT(
            "(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*",
            15,
            "must consist of lower case alphanumeric characters or single '-', and contain at least one letter (e.g."
                    + " 'http', regex used for validation is '"),
    KEY_NAME(
            "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]",
            63,
            "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an"
                    + " alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation"
                    + " is '"),
    LABEL_VALUE(
            "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?",
            63,
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must"
                + " start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex"
                + " used for validation is '"),
    CONFIG_KEY(
            "[-._a-zA-Z0-9]+",
            253,
            "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or"
                    + " 'KEY_NAME',  or 'key-name', regex used for validation is '");

    private final Pattern pattern;
    private final int lengthMax;
    private final String rule;

    Names(String pattern, int lengthMax, String rule) {
        this.pattern = Pattern.compile(pattern);
        this.lengthMax = lengthMax;
        this.rule = rule + pattern + "')";
    }

    /** Why a text is no such name; empty if it is one. */
    Optional<String> problem(String text) {
        if (text.length() > lengthMax) {
            return Optional.of("must be no more than " + lengthMax + " characters");
        }
        return pattern.matcher(text).matches() ? Optional.empty() : Optional.of(rule);
    }

    /** Why a text is no key of a label or an annotation: a name that may follow a domain. */
    static Optional<String> keyProblem(String key) {
        int slash = key.indexOf('/');
        Optional<String> prefix = slash < 0
                ? Optional.empty()
                : SUBDOMAIN.problem(key.substring(0, slash)).map(problem -> "prefix part " + problem);
        return prefix.or(() -> KEY_NAME.problem(key.substring(slash + 1)));
    }
}
