package dev.gantry.e2e.simulation;

import com.google.protobuf.ByteString;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Tasks;
import dev.gantry.proto.EventBatch;
import dev.gantry.proto.EventCursor;
import dev.gantry.proto.EventSegment;
import dev.gantry.proto.EventStep;
import dev.gantry.proto.EventSteps;
import dev.gantry.proto.Node;
import dev.gantry.proto.Workload;
import dev.gantry.store.Backend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * I17: the event stream has every version of every task and node once, in the order in which they came to be, whoever led then. Only
 * what the store's history has forgotten may be left out, unless it is the newest version.
 */
final class SimEvents {

    private final World world;

    /** What was written and is not in the stream yet, in order. */
    private final Deque<Version> untold = new ArrayDeque<>();

    private long next = 1;
    private long forgotten;
    private long begun = -1;
    private int told;

    /** One version of a task or a node, written at a revision. */
    private record Version(String resource, long version, long revision) {
        boolean isOf(Version other) {
            return resource.equals(other.resource) && version == other.version;
        }
    }

    SimEvents(World world) {
        this.world = world;
    }

    /** The store has no history of up to that revision any more. */
    void compacted(long revision) {
        forgotten = revision;
    }

    int told() {
        return told;
    }

    /** What should be in the stream and is not. */
    Optional<String> unsettled() {
        return untold.isEmpty() || begun < 0
                ? Optional.empty()
                : Optional.of(untold.size() + " events are not told, the first " + untold.element());
    }

    void task(@Nullable Workload before, @Nullable Workload after, long revision) {
        if (after != null
                && (before == null || before.getVersion() != after.getVersion())
                && Tasks.task(after).isPresent()) {
            untold.add(new Version("task/" + after.getScope() + "/" + after.getId(), after.getVersion(), revision));
        }
    }

    void node(@Nullable Node before, @Nullable Node after, long revision) {
        if (after != null && (before == null || before.getVersion() != after.getVersion())) {
            untold.add(new Version("node/" + after.getId(), after.getVersion(), revision));
        }
    }

    /** After everything else of the revision, because what is told may have been written just before. */
    void take(List<Backend.Event> events) {
        for (Backend.Event event : events) {
            ByteString value = event.value();
            if (value != null && event.path().startsWith(Kinds.EVENT_SEGMENT.name() + "/")) {
                tell(Oracle.parse(Kinds.EVENT_SEGMENT, value));
            }
        }
        for (Backend.Event event : events) {
            ByteString value = event.value();
            if (value != null && event.path().equals(Kinds.EVENT_CURSOR_KEY.path())) {
                check(Oracle.parse(Kinds.EVENT_CURSOR, value));
            }
        }
    }

    private void check(EventCursor cursor) {
        if (begun < 0) {
            begun = cursor.getRevision();
            untold.removeIf(version -> version.revision() <= begun);
        }
        if (cursor.getNext() != next) {
            throw world.broken("I17", "the stream ends before " + next + ", its cursor says " + cursor.getNext());
        }
        for (Version version : untold) {
            if (version.revision() <= cursor.getRevision() && version.revision() > forgotten) {
                throw world.broken("I17", version + " is not told, and the cursor is at " + cursor.getRevision());
            }
        }
        // The newest one is never left out: it is there to be seen.
        untold.removeIf(version -> version.revision() <= cursor.getRevision() && isSuperseded(version));
    }

    private boolean isSuperseded(Version version) {
        Workload task = world.oracle()
                .workloads()
                .get(Kinds.WORKLOAD.name() + "/" + version.resource().substring(5));
        Node node = world.oracle()
                .nodes()
                .get(Kinds.NODE.name() + "//" + version.resource().substring(5));
        return version.resource().startsWith("task/")
                ? task == null || task.getVersion() > version.version()
                : node == null || node.getVersion() > version.version();
    }

    private void tell(EventSegment segment) {
        long number = segment.getFirst();
        for (EventStep step : steps(segment)) {
            if (number == next) {
                tell(step);
                next++;
                told++;
            }
            number++;
        }
        if (number != next) {
            throw world.broken("I17", "the stream goes on with " + number + " where " + next + " should come");
        }
    }

    private void tell(EventStep step) {
        Optional<Version> version = switch (step.getWhatCase()) {
            case TASK ->
                Optional.of(new Version(
                        "task/" + step.getCluster() + "/" + step.getTask().getId(),
                        step.getTask().getVersion(),
                        0));
            case NODE ->
                Optional.of(new Version(
                        "node/" + step.getNode().getId(), step.getNode().getVersion(), 0));
            case ACTION, DEPLOYMENT, HOOK, WHAT_NOT_SET -> Optional.empty();
        };
        version.ifPresent(this::tell);
    }

    private void tell(Version version) {
        while (!untold.isEmpty()) {
            Version expected = untold.remove();
            if (expected.isOf(version)) {
                return;
            }
            if (expected.revision() > forgotten) {
                throw world.broken("I17", version + " is told where " + expected + " should be");
            }
        }
        throw world.broken("I17", version + " is told, which is told already or never was");
    }

    private static List<EventStep> steps(EventSegment segment) {
        List<EventStep> steps = new ArrayList<>();
        for (EventBatch batch : segment.getBatchesList()) {
            try (InflaterInputStream in =
                    new InflaterInputStream(batch.getDeflated().newInput())) {
                steps.addAll(EventSteps.parseFrom(in).getStepsList());
            } catch (IOException e) {
                throw new UncheckedIOException("a batch of events is damaged", e);
            }
        }
        return steps;
    }
}
