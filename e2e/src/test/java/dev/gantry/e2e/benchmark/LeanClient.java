package dev.gantry.e2e.benchmark;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;

/**
 * One kept-alive connection that sends requests made before and reads answers, and does nothing else: the machine's
 * processors are for the server, which is what is measured.
 */
final class LeanClient implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 30_000;

    private final Socket socket;
    private final InputStream in;
    private final byte[] line = new byte[8192];

    LeanClient(int port) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** Over a connection that somebody made, for example with TLS. */
    LeanClient(Socket socket) throws IOException {
        this.socket = socket;
        this.socket.setTcpNoDelay(true);
        this.socket.setSoTimeout(TIMEOUT_MILLIS);
        this.in = new BufferedInputStream(socket.getInputStream(), 16 << 10);
    }

    /** The body of the answer, which must be a good one. */
    byte[] exchange(byte[] request) throws IOException {
        Answer answer = ask(request);
        if (answer.status() != 200 && answer.status() != 201) {
            throw new IOException(answer.status() + " " + new String(answer.body(), ISO_8859_1));
        }
        return answer.body();
    }

    record Answer(int status, byte[] body) {}

    Answer ask(byte[] request) throws IOException {
        socket.getOutputStream().write(request);
        String status = line();
        int length = 0;
        for (String header = line(); !header.isEmpty(); header = line()) {
            if (header.regionMatches(true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(header.substring(15).strip());
            }
        }
        byte[] body = in.readNBytes(length);
        return new Answer(Integer.parseInt(status.substring(9, 12)), body);
    }

    /** Begins an answer that comes bit by bit, which must be a good one. */
    void begin(byte[] request) throws IOException {
        socket.getOutputStream().write(request);
        String status = line();
        while (!line().isEmpty()) {
            // Nothing in the headers is asked for.
        }
        if (!status.startsWith("HTTP/1.1 200")) {
            throw new IOException(status);
        }
    }

    /** Waits for the next bit of such an answer. */
    byte[] next() throws IOException {
        int length = Integer.parseInt(line(), 16);
        byte[] bit = in.readNBytes(length);
        String _ = line();
        return bit;
    }

    private String line() throws IOException {
        int length = 0;
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0 || length == line.length) {
                throw new EOFException("the server ended the connection");
            }
            line[length++] = (byte) next;
        }
        return new String(line, 0, Math.max(0, length - 1), ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
