package dev.gantry.agent.metadata;

import java.util.List;
import java.util.Optional;

/**
 * What somebody wants to know.
 *
 * @param version of the way to ask: 2, 3 or 4
 * @param pass    that was shown; empty with version 2, where the address tells who asks
 * @param container by the engine's id, with version 2; empty for the task
 */
record Question(int version, String pass, Subject subject, String container) {

    /** What it is about. */
    enum Subject {
        CONTAINER,
        TASK,
        TASK_WITH_TAGS,
        CONTAINER_STATISTICS,
        TASK_STATISTICS
    }

    /** Empty for a path at which there is nothing. */
    static Optional<Question> of(String path) {
        List<String> parts =
                List.of(path.replaceFirst("^/", "").replaceFirst("/$", "").split("/", -1));
        return switch (parts.getFirst()) {
            case "v3" -> withPass(3, parts);
            case "v4" -> withPass(4, parts);
            case "v2" -> withoutPass(parts);
            default -> Optional.empty();
        };
    }

    private static Optional<Question> withPass(int version, List<String> parts) {
        if (parts.size() < 2 || parts.get(1).isEmpty()) {
            return Optional.empty();
        }
        Optional<Subject> subject = switch (String.join("/", parts.subList(2, parts.size()))) {
            case "" -> Optional.of(Subject.CONTAINER);
            case "task" -> Optional.of(Subject.TASK);
            case "taskWithTags" -> Optional.of(Subject.TASK_WITH_TAGS);
            case "stats" -> Optional.of(Subject.CONTAINER_STATISTICS);
            case "task/stats" -> Optional.of(Subject.TASK_STATISTICS);
            default -> Optional.empty();
        };
        return subject.map(about -> new Question(version, parts.get(1), about, ""));
    }

    private static Optional<Question> withoutPass(List<String> parts) {
        String what = parts.size() > 1 ? parts.get(1) : "";
        String container = parts.size() > 2 ? parts.get(2) : "";
        Optional<Subject> subject = switch (what + " " + parts.size()) {
            case "metadata 2" -> Optional.of(Subject.TASK);
            case "metadata 3" -> Optional.of(Subject.CONTAINER);
            case "metadataWithTags 2" -> Optional.of(Subject.TASK_WITH_TAGS);
            case "stats 2" -> Optional.of(Subject.TASK_STATISTICS);
            case "stats 3" -> Optional.of(Subject.CONTAINER_STATISTICS);
            default -> Optional.empty();
        };
        return subject.map(about -> new Question(2, "", about, container));
    }
}
