package dev.gantry.e2e.faults;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether a history of one register can be explained by calls that each took effect at one moment between being sent and
 * being answered: the search of Wing and Gong with the memory of Lowe, as in Porcupine.
 */
final class Linearizability {

    private final List<Operation> operations;
    private final BitSet done = new BitSet();
    private final Set<Visit> visited = new HashSet<>();
    private int knownLeft;
    private String value;

    /** What was carried out, and what stood in the register then: from the same visit the same things can follow. */
    private record Visit(BitSet done, String value) {}

    /** One step of the search, with what it takes to undo it. */
    private record Choice(int operation, String before) {}

    private Linearizability(String initial, List<Operation> operations) {
        this.operations = operations;
        this.value = initial;
        this.knownLeft = (int) operations.stream().filter(Operation::isKnown).count();
    }

    /** @param initial what stands in the register before everything */
    static boolean holds(String initial, List<Operation> history) {
        return new Linearizability(initial, relevant(history)).search();
    }

    /** A write that nobody answered and nobody saw explains nothing, and each of them would double the search. */
    private static List<Operation> relevant(List<Operation> history) {
        Set<String> seen = history.stream()
                .filter(operation -> !operation.isWrite())
                .map(Operation::value)
                .collect(Collectors.toSet());
        return history.stream()
                .filter(operation -> operation.isWrite()
                        ? operation.isKnown() || seen.contains(operation.value())
                        : operation.isKnown())
                .sorted(Comparator.comparingLong(Operation::invoked))
                .toList();
    }

    private boolean search() {
        List<Choice> path = new ArrayList<>();
        int from = 0;
        while (knownLeft > 0) {
            int next = next(from);
            if (next >= 0) {
                path.add(new Choice(next, value));
                carryOut(next);
                from = 0;
            } else if (path.isEmpty()) {
                return false;
            } else {
                Choice last = path.removeLast();
                undo(last);
                from = last.operation() + 1;
            }
        }
        return true;
    }

    /** The first operation from an index on that may come next and leads where the search has not been; -1 if none. */
    private int next(int from) {
        long firstReturn = firstReturn();
        for (int index = done.nextClearBit(from); index < operations.size(); index = done.nextClearBit(index + 1)) {
            Operation operation = operations.get(index);
            if (operation.invoked() > firstReturn) {
                return -1;
            }
            if ((operation.isWrite() || operation.value().equals(value)) && isNew(index, operation)) {
                return index;
            }
        }
        return -1;
    }

    private boolean isNew(int index, Operation operation) {
        BitSet then = (BitSet) done.clone();
        then.set(index);
        return visited.add(new Visit(then, operation.isWrite() ? operation.value() : value));
    }

    /** Nothing that was sent after this can come before what was answered then. */
    private long firstReturn() {
        long first = Operation.NEVER;
        for (int index = done.nextClearBit(0); index < operations.size(); index = done.nextClearBit(index + 1)) {
            Operation operation = operations.get(index);
            if (operation.invoked() > first) {
                break;
            }
            first = Math.min(first, operation.returned());
        }
        return first;
    }

    private void carryOut(int index) {
        Operation operation = operations.get(index);
        done.set(index);
        value = operation.isWrite() ? operation.value() : value;
        knownLeft -= operation.isKnown() ? 1 : 0;
    }

    private void undo(Choice choice) {
        done.clear(choice.operation());
        value = choice.before();
        knownLeft += operations.get(choice.operation()).isKnown() ? 1 : 0;
    }
}
