package dev.gantry.controller.dispatch;

import com.google.protobuf.ByteString;
import dev.gantry.controller.identity.Authority;
import dev.gantry.controller.identity.IdentityException;
import dev.gantry.controller.identity.JoinTokens;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.RefusedException;
import dev.gantry.link.Incoming;
import dev.gantry.link.Outgoing;
import dev.gantry.proto.AgentsGrpc;
import dev.gantry.proto.Certificate;
import dev.gantry.proto.Frame;
import dev.gantry.proto.FromAgent;
import dev.gantry.proto.JoinRequest;
import dev.gantry.proto.RenewRequest;
import dev.gantry.proto.TaskAnswer;
import dev.gantry.proto.TaskQuestion;
import dev.gantry.proto.ToAgent;
import dev.gantry.store.UnavailableException;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Binds the protocol's five methods to what answers them. {@link Gate} has checked the caller. */
final class AgentsService extends AgentsGrpc.AgentsImplBase {

    private static final Logger log = LoggerFactory.getLogger(AgentsService.class);
    private static final Duration SESSION_PATIENCE = Duration.ofSeconds(15);
    /** A person may read a log slowly. */
    private static final Duration CHANNEL_PATIENCE = Duration.ofMinutes(15);

    private final Session.Desk desk;
    private final Authority authority;
    private final JoinTokens tokens;
    private final Supplier<String> nodeIds;
    private final TaskDesk tasks;

    AgentsService(Session.Desk desk, Authority authority, JoinTokens tokens, Supplier<String> nodeIds, TaskDesk tasks) {
        this.desk = desk;
        this.authority = authority;
        this.tokens = tokens;
        this.nodeIds = nodeIds;
        this.tasks = tasks;
    }

    @Override
    public void join(JoinRequest request, StreamObserver<Certificate> answer) {
        String address = Gate.ADDRESS.get();
        answer(answer, () -> {
            byte[] secret = request.getTokenSecret().toByteArray();
            tokens.check(request.getTokenId(), secret, address);
            String nodeId = nodeIds.get();
            // Issued first and kept back, so that a bad request does not use the token up.
            Certificate certificate = certificate(request.getCertificateRequest(), nodeId);
            tokens.redeem(request.getTokenId(), secret, nodeId, address);
            log.info("node {} joined from {} with token {}", nodeId, address, request.getTokenId());
            return certificate;
        });
    }

    @Override
    public void renew(RenewRequest request, StreamObserver<Certificate> answer) {
        String nodeId = Gate.NODE_ID.get();
        answer(answer, () -> {
            log.info("node {} gets a new certificate", nodeId);
            return certificate(request.getCertificateRequest(), nodeId);
        });
    }

    @Override
    public void ask(TaskQuestion question, StreamObserver<TaskAnswer> answer) {
        String nodeId = Gate.NODE_ID.get();
        String address = Gate.ADDRESS.get();
        answer(answer, () -> {
            boolean isIts = desk.store()
                    .snapshot()
                    .get(Kinds.WORKLOAD.key(question.getScope(), question.getWorkloadId()))
                    .filter(task -> task.value().getPlacement().getNode().equals(nodeId))
                    .isPresent();
            if (!isIts) {
                throw new RefusedException(
                        RefusedException.Reason.DENIED,
                        "node " + nodeId + " speaks for " + question.getScope() + "/" + question.getWorkloadId()
                                + ", which it does not run");
            }
            return tasks.answer(question, address);
        });
    }

    private Certificate certificate(ByteString request, String nodeId) {
        return Certificate.newBuilder()
                .setNodeId(nodeId)
                .setCertificate(authority.issueNode(
                        request.toByteArray(), nodeId, desk.clock().instant()))
                .setAuthority(authority.certificatePem())
                .build();
    }

    private interface Answer<T> {
        T make() throws InterruptedException;
    }

    private static <T> void answer(StreamObserver<T> observer, Answer<T> answer) {
        try {
            observer.onNext(answer.make());
            observer.onCompleted();
        } catch (RefusedException e) {
            log.warn("a node is refused: {}", e.getMessage());
            observer.onError(error(Status.PERMISSION_DENIED, e));
        } catch (IdentityException e) {
            observer.onError(error(Status.INVALID_ARGUMENT, e));
        } catch (UnavailableException e) {
            observer.onError(error(Status.UNAVAILABLE, e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            observer.onError(error(Status.UNAVAILABLE, e));
        } catch (RuntimeException e) {
            log.error("a call of an agent failed", e);
            observer.onError(Status.INTERNAL
                    .withDescription("the controller failed; its log says why")
                    .asRuntimeException());
        }
    }

    private static RuntimeException error(Status status, Exception cause) {
        return status.withDescription(cause.getMessage()).asRuntimeException();
    }

    @Override
    public StreamObserver<FromAgent> session(StreamObserver<ToAgent> responses) {
        ServerCallStreamObserver<ToAgent> call = (ServerCallStreamObserver<ToAgent>) responses;
        call.disableAutoRequest();
        Outgoing<ToAgent> out = new Outgoing<>(call, SESSION_PATIENCE);
        Session session = new Session(Gate.NODE_ID.get(), desk, call, out);
        call.setOnReadyHandler(out::ready);
        call.setOnCancelHandler(session::ended);
        desk.sessions().opened(session);
        session.start();
        return new StreamObserver<>() {
            @Override
            public void onNext(FromAgent message) {
                session.said(message);
            }

            @Override
            public void onError(Throwable cause) {
                session.ended();
            }

            @Override
            public void onCompleted() {
                out.complete();
                session.ended();
            }
        };
    }

    @Override
    public StreamObserver<Frame> channel(StreamObserver<Frame> responses) {
        ServerCallStreamObserver<Frame> call = (ServerCallStreamObserver<Frame>) responses;
        call.disableAutoRequest();
        ChannelEnd end = new ChannelEnd(Gate.NODE_ID.get(), desk.channels(), call, CHANNEL_PATIENCE);
        call.setOnReadyHandler(end::ready);
        call.setOnCancelHandler(() -> end.onError(Status.CANCELLED.asRuntimeException()));
        end.open();
        return end;
    }

    /** The controller's end of one side channel's stream. */
    private static final class ChannelEnd implements StreamObserver<Frame> {

        private final String nodeId;
        private final Channels channels;
        private final Outgoing<Frame> out;
        private final Incoming<Frame> in;
        private String id = "";

        ChannelEnd(String nodeId, Channels channels, ServerCallStreamObserver<Frame> call, Duration patience) {
            this.nodeId = nodeId;
            this.channels = channels;
            this.out = new Outgoing<>(call, patience);
            this.in = new Incoming<>(call);
        }

        void open() {
            in.open();
        }

        void ready() {
            out.ready();
        }

        @Override
        public void onNext(Frame frame) {
            if (!id.isEmpty()) {
                in.arrived(frame);
                return;
            }
            id = frame.getChannelId();
            String named = id;
            AgentChannel channel = new AgentChannel(out, in, () -> channels.closed(named));
            if (!channels.arrived(nodeId, id, channel)) {
                out.fail(Status.NOT_FOUND.withDescription("nobody waits for this channel"));
            }
        }

        @Override
        public void onError(Throwable cause) {
            out.ended();
            in.failed(Status.fromThrowable(cause));
            channels.closed(id);
        }

        @Override
        public void onCompleted() {
            in.ended();
        }
    }
}
