package dev.gantry.cli.apply;

import java.util.Optional;

/** How many tasks have to be started because of an action. */
public final class NewTasks {

    private static final String COUNT = "desiredCount";

    private NewTasks() {}

    public static int count(Action action, Document document) {
        if (document.kind() != Kind.SERVICE) {
            return 0;
        }
        int desired = document.spec().path(COUNT).asInt(1);
        return switch (action) {
            case Action.Create _ -> desired;
            case Action.Configure configure -> count(configure, desired);
            case Action.Keep _, Action.Delete _ -> 0;
        };
    }

    private static int count(Action.Configure configure, int desired) {
        boolean deploys = configure.differences().stream()
                .anyMatch(difference -> difference.path().startsWith("taskDefinition"));
        Optional<Difference> scaled = configure.differences().stream()
                .filter(difference -> difference.path().equals(COUNT))
                .findFirst();
        return deploys
                ? desired
                : scaled.map(difference ->
                                Math.max(0, desired - difference.before().asInt()))
                        .orElse(0);
    }
}
