package dev.gantry.store;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a backend's bytes into changes of an image. What it cannot read it logs and leaves out: one bad record must not
 * stop the others.
 */
final class Decoder {

    private static final Logger LOG = LoggerFactory.getLogger(Decoder.class);

    private final Map<String, Kind<?>> kinds = new HashMap<>();
    private final Set<String> strangers = new HashSet<>();

    Decoder(List<Kind<?>> kinds) {
        kinds.forEach(kind -> this.kinds.put(kind.name(), kind));
    }

    /** What leads from the image to the one after the events of one revision. */
    List<Change<?>> changes(Image image, List<Backend.Event> events) {
        List<Change<?>> changes = new ArrayList<>(events.size());
        for (Backend.Event event : events) {
            Key<?> key = key(event.path());
            if (key != null) {
                change(image, key, event.value(), event.revision()).ifPresent(changes::add);
            }
        }
        return changes;
    }

    /**
     * One step of a history that is read without an image.
     *
     * @param latest what each record was by the steps before, which this one is added to
     */
    Optional<Change<?>> step(Backend.Event event, Map<Key<?>, Versioned<?>> latest) {
        Key<?> key = key(event.path());
        return key == null ? Optional.empty() : step(key, event, latest);
    }

    @SuppressWarnings("unchecked") // Each key is mapped to a record of its own.
    private static <T extends Message> Optional<Change<?>> step(
            Key<T> key, Backend.Event event, Map<Key<?>, Versioned<?>> latest) {
        @Nullable Versioned<T> before = (Versioned<T>) latest.get(key);
        Optional<Change<T>> change = change(before, key, event.value(), event.revision());
        change.ifPresent(step -> {
            if (step.after() == null) {
                latest.remove(key);
            } else {
                latest.put(key, step.after());
            }
        });
        return change.map(step -> step);
    }

    /** What leads from the image to the contents, in the order of revisions. */
    List<Change<?>> difference(Image image, Backend.Contents contents) {
        boolean wentBack = contents.revision() < image.revision();
        if (wentBack) {
            LOG.warn("the store went back from revision {} to {}", image.revision(), contents.revision());
        }
        List<Change<?>> changes = new ArrayList<>();
        Set<String> present = new HashSet<>();
        for (Backend.Entry entry : contents.entries()) {
            Key<?> key = key(entry.path());
            if (key == null) {
                continue;
            }
            present.add(entry.path());
            Optional<? extends Versioned<?>> before = image.get(key);
            // After a restore the same revision may stand for another value.
            if (wentBack || before.isEmpty() || before.get().revision() != entry.revision()) {
                change(image, key, entry.value(), entry.revision()).ifPresent(changes::add);
            }
        }
        changes.sort(Comparator.comparingLong(Change::revision));
        for (Table<?> table : image.tables()) {
            table.list().stream()
                    .filter(record -> !present.contains(record.key().path()))
                    .forEach(record -> changes.add(deletion(record, contents.revision())));
        }
        return changes;
    }

    private static <T extends Message> Change<T> deletion(Versioned<T> record, long revision) {
        return new Change<>(record.key(), record, null, revision);
    }

    private static <T extends Message> Optional<Change<T>> change(
            Image image, Key<T> key, @Nullable ByteString value, long revision) {
        return change(image.get(key).orElse(null), key, value, revision);
    }

    private static <T extends Message> Optional<Change<T>> change(
            @Nullable Versioned<T> before, Key<T> key, @Nullable ByteString value, long revision) {
        if (value == null) {
            return before == null ? Optional.empty() : Optional.of(deletion(before, revision));
        }
        try {
            T parsed = key.kind().parser().parseFrom(value);
            T kept = key.kind().sharing().shared(before == null ? null : before.value(), parsed);
            return Optional.of(new Change<>(key, before, new Versioned<>(key, kept, revision), revision));
        } catch (InvalidProtocolBufferException e) {
            // The last readable version stays: whatever is decided from it meets a conflict, so nothing is overwritten.
            LOG.error(
                    "{}: its value of {} bytes at revision {} is unreadable: {}",
                    key,
                    value.size(),
                    revision,
                    e.getMessage());
            return Optional.empty();
        }
    }

    /** The key of a path, or null when it is none of ours. The scope may contain slashes, the name may not. */
    private @Nullable Key<?> key(String path) {
        int first = path.indexOf('/');
        int last = path.lastIndexOf('/');
        if (first < 0 || first == last || last == path.length() - 1) {
            LOG.warn("'{}' is not the path of a record; it is left out", path);
            return null;
        }
        Kind<?> kind = kinds.get(path.substring(0, first));
        if (kind == null) {
            if (strangers.add(path.substring(0, first))) {
                LOG.warn("records of the unknown kind {} are left out, such as {}", path.substring(0, first), path);
            }
            return null;
        }
        return kind.key(path.substring(first + 1, last), path.substring(last + 1));
    }
}
