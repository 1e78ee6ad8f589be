package dev.gantry.controller.scheduler;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * Which nodes changed since when, so that each reader catches up when it needs to. Each node is here once, at its newest
 * change, so reading costs at most as much as there are nodes.
 */
final class Journal {

    /** Nodes that are gone and remembered only so that readers learn of it. */
    private static final int GONE_MAX = 1_000;

    private final LinkedHashSet<NodeState> oldestChangeFirst = new LinkedHashSet<>();
    private long start;
    private long end;

    void add(NodeState node) {
        node.changedAt(++end);
        oldestChangeFirst.addLast(node);
    }

    /** Grows with every change. */
    long end() {
        return end;
    }

    /** Whether everything after the position is still here. */
    boolean reaches(long position) {
        return position >= start;
    }

    /** Newest change first. */
    List<NodeState> since(long position) {
        List<NodeState> changed = new ArrayList<>();
        for (NodeState node : oldestChangeFirst.reversed()) {
            if (node.changedAt() <= position) {
                break;
            }
            changed.add(node);
        }
        return changed;
    }

    /** Forgets nodes that are gone once they are many; who has not read of them by then begins anew. */
    void trim(int nodes) {
        if (oldestChangeFirst.size() > nodes + GONE_MAX) {
            oldestChangeFirst.removeIf(NodeState::isGone);
            start = end;
        }
    }
}
