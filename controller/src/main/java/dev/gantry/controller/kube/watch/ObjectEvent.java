package dev.gantry.controller.kube.watch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.ObjectName;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One step of one object. It is drawn when somebody looks at it, once for all who do. */
public final class ObjectEvent {

    private record Drawn(Optional<ObjectNode> before, Optional<ObjectNode> after) {}

    private final ObjectName name;
    private final long revision;
    private final Supplier<Optional<ObjectNode>> drawBefore;
    private final Supplier<Optional<ObjectNode>> drawAfter;
    private final Map<String, byte[]> encoded = new ConcurrentHashMap<>();
    private volatile @Nullable Drawn drawn;

    public ObjectEvent(
            ObjectName name,
            long revision,
            Supplier<Optional<ObjectNode>> before,
            Supplier<Optional<ObjectNode>> after) {
        this.name = name;
        this.revision = revision;
        this.drawBefore = before;
        this.drawAfter = after;
    }

    public ObjectName name() {
        return name;
    }

    /** The store's, of the step. */
    public long revision() {
        return revision;
    }

    /** Read only; empty for an object that is new. */
    public Optional<ObjectNode> before() {
        return drawn().before();
    }

    /** Read only; empty for an object that is gone. */
    public Optional<ObjectNode> after() {
        return drawn().after();
    }

    /**
     * What is sent of it, made once for all who are sent the same.
     *
     * @param form tells apart what may be sent
     */
    public byte[] encoded(String form, Supplier<byte[]> encoding) {
        return encoded.computeIfAbsent(form, _ -> encoding.get());
    }

    private Drawn drawn() {
        Drawn known = drawn;
        if (known == null) {
            // Two watchers at once may both draw: the result is the same.
            known = new Drawn(drawBefore.get(), drawAfter.get());
            drawn = known;
        }
        return known;
    }
}
