package dev.gantry.controller.scheduler.query;

import dev.gantry.controller.scheduler.query.Expression.And;
import dev.gantry.controller.scheduler.query.Expression.Comparison;
import dev.gantry.controller.scheduler.query.Expression.Not;
import dev.gantry.controller.scheduler.query.Expression.Or;
import dev.gantry.controller.scheduler.query.Value.Count;
import dev.gantry.controller.scheduler.query.Value.Flag;
import dev.gantry.controller.scheduler.query.Value.Moment;
import dev.gantry.controller.scheduler.query.Value.Regex;
import dev.gantry.controller.scheduler.query.Value.Text;
import java.util.Collection;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Whether an expression holds for a node. */
final class Evaluation {

    private Evaluation() {}

    static boolean holds(Expression expression, QueryNode node) {
        return switch (expression) {
            case And(var parts) -> parts.stream().allMatch(part -> holds(part, node));
            case Or(var parts) -> parts.stream().anyMatch(part -> holds(part, node));
            case Not(var part) -> !holds(part, node);
            case Comparison comparison -> compare(comparison, node);
        };
    }

    private static boolean compare(Comparison comparison, QueryNode node) {
        Collection<Value> found = found(comparison.subject(), node);
        List<Value> arguments = comparison.arguments();
        return switch (comparison.operator()) {
            case EXISTS -> !found.isEmpty();
            case NOT_EXISTS -> found.isEmpty();
            case EQUAL, IN -> anyEquals(found, arguments);
            case NOT_EQUAL, NOT_IN -> !anyEquals(found, arguments);
            case MATCHES -> anyMatches(found, arguments);
            case NOT_MATCHES -> !anyMatches(found, arguments);
            case GREATER -> anyOrdered(comparison.subject(), found, arguments, order -> order > 0);
            case GREATER_OR_EQUAL -> anyOrdered(comparison.subject(), found, arguments, order -> order >= 0);
            case LESS -> anyOrdered(comparison.subject(), found, arguments, order -> order < 0);
            case LESS_OR_EQUAL -> anyOrdered(comparison.subject(), found, arguments, order -> order <= 0);
        };
    }

    /**
     * What the node has for the subject: nothing, one value, or many for the groups of its
     * workloads.
     */
    private static Collection<Value> found(Subject subject, QueryNode node) {
        return switch (subject.kind()) {
            case AGENT_CONNECTED -> List.of(new Flag(node.agentConnected()));
            case AGENT_VERSION -> text(node.agentVersion());
            case ATTRIBUTE -> {
                @Nullable String value = node.attributes().get(subject.name());
                yield value == null ? List.of() : List.of(new Text(value));
            }
            case INSTANCE_ID -> text(node.instanceId());
            case REGISTERED_AT -> List.of(new Moment(node.registeredAt()));
            case RUNNING_TASKS -> List.of(new Count(node.runningTasks()));
            case TASK_GROUP -> node.groups().stream().<Value>map(Text::new).toList();
        };
    }

    private static List<Value> text(String text) {
        return text.isEmpty() ? List.of() : List.of(new Text(text));
    }

    private static boolean anyEquals(Collection<Value> found, List<Value> arguments) {
        return found.stream().anyMatch(arguments::contains);
    }

    private static boolean anyMatches(Collection<Value> found, List<Value> arguments) {
        return found.stream()
                .anyMatch(value -> value instanceof Text(String text)
                        && arguments.getFirst() instanceof Regex(BoundedPattern pattern)
                        && pattern.matches(text));
    }

    private static boolean anyOrdered(
            Subject subject, Collection<Value> found, List<Value> arguments, IntPredicate wanted) {
        return found.stream().anyMatch(value -> wanted.test(order(subject, value, arguments.getFirst())));
    }

    private static int order(Subject subject, Value left, Value right) {
        if (left instanceof Count(long a) && right instanceof Count(long b)) {
            return Long.compare(a, b);
        }
        if (left instanceof Moment(var a) && right instanceof Moment(var b)) {
            return a.compareTo(b);
        }
        if (left instanceof Text(String a) && right instanceof Text(String b)) {
            return subject.kind() == Subject.Kind.AGENT_VERSION
                    ? TextOrder.versions(a, b)
                    : TextOrder.numbersElseLetters(a, b);
        }
        throw new IllegalStateException("the parser let " + right + " pass for " + subject);
    }
}
