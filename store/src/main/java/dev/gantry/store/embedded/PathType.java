package dev.gantry.store.embedded;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.StringDataType;

/**
 * Paths in a file, in the very bytes of {@link StringDataType}, copied whole where they are ASCII. A commit writes all
 * paths of each page on its way anew, and one character after another that was a tenth of what a write costs.
 */
final class PathType extends StringDataType {

    static final PathType INSTANCE = new PathType();

    private PathType() {}

    @Override
    public void write(WriteBuffer buffer, String path) {
        byte[] bytes = path.getBytes(UTF_8);
        if (bytes.length == path.length()) {
            buffer.putVarInt(bytes.length).put(bytes);
        } else {
            super.write(buffer, path);
        }
    }

    @Override
    public String read(ByteBuffer buffer) {
        int length = DataUtils.readVarInt(buffer);
        if (!buffer.hasArray() || length > buffer.remaining()) {
            return DataUtils.readString(buffer, length);
        }
        int begin = buffer.arrayOffset() + buffer.position();
        for (int at = begin; at < begin + length; at++) {
            if (buffer.array()[at] < 0) {
                return DataUtils.readString(buffer, length);
            }
        }
        buffer.position(buffer.position() + length);
        return new String(buffer.array(), begin, length, ISO_8859_1);
    }
}
