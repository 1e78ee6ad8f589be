package dev.gantry.controller.resource;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.gantry.proto.KubePod;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what was read of the origins that were looked at last: every loop and every index looks at each change, and images share the
 * origins that they have in common.
 */
final class OriginMemory {

    private static final int PLACES = 4_096;

    private record Read(Any origin, KubePod pod) {}

    private final AtomicReferenceArray<@Nullable Read> places = new AtomicReferenceArray<>(PLACES);

    KubePod pod(Any origin) throws InvalidProtocolBufferException {
        // By identity: to compare two would take as long as to read one.
        int place = System.identityHashCode(origin) & PLACES - 1;
        Read known = places.get(place);
        if (known != null && known.origin == origin) {
            return known.pod;
        }
        KubePod pod = KubePod.parseFrom(origin.getValue());
        places.set(place, new Read(origin, pod));
        return pod;
    }
}
