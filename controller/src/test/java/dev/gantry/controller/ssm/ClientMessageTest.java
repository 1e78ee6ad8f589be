package dev.gantry.controller.ssm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientMessageTest {

    private static final UUID ID = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");

    private static ClientMessage hello() {
        return new ClientMessage(
                ClientMessage.INPUT,
                0x0102030405060708L,
                5,
                ClientMessage.FIRST,
                ID,
                ClientMessage.KIND_OUTPUT,
                "hi".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void isWrittenAsTheProtocolHasIt() {
        String header = "00000074" // 116
                + HexFormat.of().formatHex("input_stream_data               ".getBytes(StandardCharsets.UTF_8))
                + "00000001"
                + "0102030405060708"
                + "0000000000000005"
                + "0000000000000001"
                + "8899aabbccddeeff0011223344556677"
                + "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4"
                + "00000001";
        assertThat(HexFormat.of().formatHex(hello().bytes())).isEqualTo(header + "00000002" + "6869");
    }

    @Test
    void isReadAsItWasWritten() {
        ClientMessage read = ClientMessage.parse(hello().bytes());

        assertThat(read).usingRecursiveComparison().isEqualTo(hello());
    }

    @Test
    void isReadWithTheZerosThatOthersPadWith() {
        byte[] bytes = hello().bytes();
        Arrays.fill(bytes, 4 + "input_stream_data".length(), 36, (byte) 0);

        assertThat(ClientMessage.parse(bytes).type()).isEqualTo("input_stream_data");
    }

    /** Each of these bytes counts: the header's length, the digest, the payload's length, the payload. */
    @ParameterizedTest
    @ValueSource(ints = {0, 3, 80, 111, 119, 120})
    void isRefusedWhenItIsBroken(int at) {
        byte[] bytes = hello().bytes();
        bytes[at] ^= 0x41;

        assertThatThrownBy(() -> ClientMessage.parse(bytes)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 119})
    void isRefusedWhenItIsCut(int length) {
        byte[] bytes = Arrays.copyOf(hello().bytes(), length);

        assertThatThrownBy(() -> ClientMessage.parse(bytes)).isInstanceOf(IllegalArgumentException.class);
    }
}
