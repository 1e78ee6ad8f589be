package dev.gantry.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.StringDataType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathTypeTest {

    private static final String AFTER = "node/0123";

    /** Files that were written before there was this type are read, and the other way round. */
    @ParameterizedTest
    @ValueSource(
            strings = {"", "workload/default/web", "service/äöü", "\u20ac", "\ud83d\ude80", "a\u0000b", "\u007f\u0080"})
    void writesAndReadsWhatTheStoresOwnTypeDoes(String path) {
        byte[] ours = written(PathType.INSTANCE, path);
        assertThat(ours).isEqualTo(written(StringDataType.INSTANCE, path));
        ByteBuffer buffer = ByteBuffer.wrap(ours);
        assertThat(PathType.INSTANCE.read(buffer)).isEqualTo(path);
        assertThat(PathType.INSTANCE.read(buffer)).isEqualTo(AFTER);
        assertThat(buffer.hasRemaining()).isFalse();
        assertThat(PathType.INSTANCE.read(
                        ByteBuffer.allocateDirect(ours.length).put(ours).flip()))
                .isEqualTo(path);
    }

    private static byte[] written(StringDataType type, String path) {
        WriteBuffer buffer = new WriteBuffer();
        type.write(buffer, path);
        type.write(buffer, AFTER);
        return Arrays.copyOf(buffer.getBuffer().array(), buffer.position());
    }
}
