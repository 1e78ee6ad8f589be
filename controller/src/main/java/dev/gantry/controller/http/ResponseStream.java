package dev.gantry.controller.http;

/** An answer that is written bit by bit. For the handler's thread only; it is ended when the handler returns. */
public interface ResponseStream {

    /** Answers as a whole, in place of a stream. */
    void answer(HttpResponse answer);

    /** Sends status and headers; once, before the first write. */
    void begin(int status, Headers headers);

    /**
     * Waits while the client reads slowly; what was written last may still be under way to it.
     *
     * @throws ClientGoneException when nobody reads any more; a waiting handler is interrupted then
     */
    void write(byte[] bytes) throws InterruptedException, ClientGoneException;

    /** The client has closed the connection. */
    boolean gone();
}
