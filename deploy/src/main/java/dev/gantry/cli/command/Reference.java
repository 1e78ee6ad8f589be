package dev.gantry.cli.command;

import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import dev.gantry.cli.terminal.Near;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code KIND/NAME} or {@code NAME} as a person writes it; the kind is null when it was left out. */
record Reference(@Nullable Sort sort, String name) {

    /** What can be listed and named. */
    enum Sort {
        CLUSTER("clusters", "cluster", "cl"),
        SERVICE("services", "service", "svc"),
        TASK("tasks", "task"),
        TASK_DEFINITION("taskdefs", "taskdef", "taskdefinition", "taskdefinitions", "td"),
        NODE("nodes", "node", "no");

        private final List<String> words;

        Sort(String... words) {
            this.words = List.of(words);
        }

        static Sort of(String word) {
            String lower = word.toLowerCase(Locale.ROOT);
            List<String> all = new ArrayList<>();
            for (Sort sort : values()) {
                if (sort.words.contains(lower)) {
                    return sort;
                }
                all.addAll(sort.words);
            }
            throw new Failure(
                    Exit.INVALID,
                    "there is no kind \"" + word + "\"" + Near.hint(lower, all),
                    "",
                    "the kinds are clusters, services (svc), tasks, taskdefs (td) and nodes (no)");
        }

        String label() {
            return this == TASK_DEFINITION ? "taskdefinition" : name().toLowerCase(Locale.ROOT);
        }

        String plural() {
            return words.getFirst();
        }
    }

    static Reference parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || text.startsWith("arn:")) {
            return new Reference(null, text);
        }
        return new Reference(Sort.of(text.substring(0, slash)), text.substring(slash + 1));
    }

    /** Parses and insists on a kind; it may also be given by the word before. */
    static Reference withKind(List<String> words) {
        Reference first = parse(words.getFirst());
        if (words.size() == 2 && first.sort() == null) {
            return new Reference(Sort.of(words.getFirst()), words.get(1));
        }
        if (words.size() != 1 || first.sort() == null) {
            throw new Failure(
                    Exit.INVALID,
                    "\"" + String.join(" ", words) + "\" names no object",
                    "an object is named by KIND/NAME",
                    "for example service/web; the kinds are "
                            + String.join(
                                    ", ",
                                    Arrays.stream(Sort.values())
                                            .map(Sort::label)
                                            .toList()));
        }
        return first;
    }
}
