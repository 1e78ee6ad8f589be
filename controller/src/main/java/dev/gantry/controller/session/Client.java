package dev.gantry.controller.session;

import com.google.protobuf.ByteString;
import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.proto.Finished;
import dev.gantry.proto.Frame;
import java.util.Optional;

/** Whoever talks with a container. Heard by one thread, told by another. */
public interface Client {

    /**
     * Waits for what it says next: input, the input's end, or the size of its terminal.
     *
     * @return nothing when it has been silent for too long
     * @throws RuntimeException for what nobody can make sense of
     */
    Optional<Frame> hear() throws InterruptedException, ClientGoneException;

    /** Waits while the client reads slowly, as the other two do. */
    void stdout(ByteString bytes) throws InterruptedException, ClientGoneException;

    void stderr(ByteString bytes) throws InterruptedException, ClientGoneException;

    /** The last thing that it is told. */
    void finished(Finished how) throws InterruptedException, ClientGoneException;

    /** Gives it time to leave by itself once it was told the last thing, and drops what it still says. */
    void seeOff() throws InterruptedException, ClientGoneException;
}
