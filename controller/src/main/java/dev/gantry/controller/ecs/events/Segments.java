package dev.gantry.controller.ecs.events;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EventBatch;
import dev.gantry.proto.EventSegment;
import dev.gantry.proto.EventStep;
import dev.gantry.proto.EventSteps;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/** How events lie in records. */
final class Segments {

    /** A segment that is larger does not grow any more: to write it again would cost more than another record. */
    private static final int GROWN_BYTES = 32 << 10;

    private Segments() {}

    /** Named so that names sort as numbers. */
    static Key<EventSegment> key(long first) {
        return Kinds.EVENT_SEGMENT.key("", String.format(Locale.ROOT, "%019d", first));
    }

    /** Oldest first. */
    static List<Versioned<EventSegment>> all(Snapshot snapshot) {
        return snapshot.list(Kinds.EVENT_SEGMENT, "");
    }

    /** Number of the event after its newest. */
    static long end(EventSegment segment) {
        return segment.getFirst() + segment.getCount();
    }

    static boolean isGrown(EventSegment segment) {
        return segment.getSerializedSize() >= GROWN_BYTES;
    }

    static EventSegment empty(long first) {
        return EventSegment.newBuilder().setFirst(first).build();
    }

    static EventSegment with(EventSegment segment, List<EventStep> steps) {
        return segment.toBuilder()
                .setCount(segment.getCount() + steps.size())
                .setAtMs(Math.max(segment.getAtMs(), steps.getLast().getAtMs()))
                .addBatches(EventBatch.newBuilder().setCount(steps.size()).setDeflated(deflated(steps)))
                .build();
    }

    /** Its events from a number on, oldest first; what came before that number is not unpacked. */
    static List<EventStep> steps(EventSegment segment, long from) {
        List<EventStep> steps = new ArrayList<>();
        long number = segment.getFirst();
        for (EventBatch batch : segment.getBatchesList()) {
            long end = number + batch.getCount();
            if (end > from) {
                List<EventStep> all = inflated(batch);
                steps.addAll(all.subList((int) Math.max(0, from - number), all.size()));
            }
            number = end;
        }
        return steps;
    }

    private static ByteString deflated(List<EventStep> steps) {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes, deflater)) {
            EventSteps.newBuilder().addAllSteps(steps).build().writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException("bytes in memory cannot be written", e);
        } finally {
            deflater.end();
        }
        return ByteString.copyFrom(bytes.toByteArray());
    }

    private static List<EventStep> inflated(EventBatch batch) {
        try (InflaterInputStream in =
                new InflaterInputStream(batch.getDeflated().newInput())) {
            return EventSteps.parseFrom(in).getStepsList();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a batch of events is damaged", e);
        } catch (IOException e) {
            throw new IllegalStateException("a batch of events cannot be unpacked", e);
        }
    }
}
