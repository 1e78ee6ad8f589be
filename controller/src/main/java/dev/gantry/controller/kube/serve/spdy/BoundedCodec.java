package dev.gantry.controller.kube.serve.spdy;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyVersion;

/** Frames from bytes and back. Settings are dropped: Netty keeps as many as a frame names, and nobody minds them. */
final class BoundedCodec extends SpdyFrameCodec {

    /** Of one stream, compressed and not; larger frames of data come in parts. */
    static final int HEADERS_BYTES_MAX = 8 << 10;

    private static final int DATA_BYTES_MAX = 32 << 10;
    private static final int LEVEL = 6;
    private static final int WINDOW_BITS = 15;
    private static final int MEMORY_LEVEL = 8;

    private int headersBytes;

    BoundedCodec() {
        super(SpdyVersion.SPDY_3_1, DATA_BYTES_MAX, HEADERS_BYTES_MAX, LEVEL, WINDOW_BITS, MEMORY_LEVEL);
    }

    @Override
    public void readHeaderBlock(ByteBuf block) {
        headersBytes += block.readableBytes();
        if (headersBytes > HEADERS_BYTES_MAX) {
            block.release();
            throw new TooLongFrameException("headers of more than " + HEADERS_BYTES_MAX + " bytes");
        }
        super.readHeaderBlock(block);
    }

    @Override
    public void readHeaderBlockEnd() {
        headersBytes = 0;
        super.readHeaderBlockEnd();
    }

    @Override
    public void readSettingsFrame(boolean clearPersisted) {}

    @Override
    public void readSetting(int id, int value, boolean persistValue, boolean persisted) {}

    @Override
    public void readSettingsEnd() {}
}
