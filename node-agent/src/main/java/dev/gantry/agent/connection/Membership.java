package dev.gantry.agent.connection;

import com.google.protobuf.ByteString;
import dev.gantry.proto.AgentsGrpc;
import dev.gantry.proto.Certificate;
import dev.gantry.proto.JoinRequest;
import dev.gantry.proto.RenewRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a machine becomes a node, and stays one. */
public final class Membership {

    private static final Logger log = LoggerFactory.getLogger(Membership.class);
    private static final int ANSWER_WITHIN_SECONDS = 15;

    private final Path directory;
    private final InstantSource clock;
    private final SecureRandom chance;

    /** @param directory where the identity is kept */
    public Membership(Path directory, InstantSource clock, SecureRandom chance) {
        this.directory = directory;
        this.clock = clock;
        this.chance = chance;
    }

    /**
     * The identity that is kept, so that a node which was gone comes back as itself; without one, joins by the invitation.
     *
     * @throws LinkException saying why there is none
     */
    public NodeIdentity obtain(Optional<Invitation> invitation) {
        Optional<NodeIdentity> kept = NodeIdentity.load(directory);
        if (kept.isPresent()) {
            invitation.ifPresent(invited -> refuseOtherCluster(kept.get(), invited));
            return kept.get();
        }
        return join(
                invitation.orElseThrow(() -> new LinkException("this machine is no node yet: there is no identity in "
                        + directory + "; make a token with 'gantry token' on a controller and pass it with --join")));
    }

    private void refuseOtherCluster(NodeIdentity kept, Invitation invited) {
        try {
            if (!Keys.fingerprint(kept.authority()).equals(invited.fingerprint())) {
                throw new LinkException("this machine is node " + kept.nodeId()
                        + " of another cluster than the token's; to move it, stop its tasks and remove " + directory);
            }
        } catch (GeneralSecurityException e) {
            throw new LinkException("the kept certificate of the authority cannot be read", e);
        }
    }

    private NodeIdentity join(Invitation invitation) {
        ManagedChannel channel = Wire.connect(invitation, clock);
        try {
            KeyPair pair = Keys.fresh(chance);
            JoinRequest request = JoinRequest.newBuilder()
                    .setTokenId(invitation.tokenId())
                    .setTokenSecret(ByteString.copyFrom(invitation.secret()))
                    .setCertificateRequest(ByteString.copyFrom(Keys.request(pair, chance)))
                    .build();
            // The handshake has checked the authority's hash before anything of this is sent.
            Certificate answer = AgentsGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(ANSWER_WITHIN_SECONDS, TimeUnit.SECONDS)
                    .join(request);
            if (!Keys.fingerprint(Keys.certificate(answer.getAuthority())).equals(invitation.fingerprint())) {
                throw new LinkException("the controller answered with another authority than the token's");
            }
            // What an earlier node on this machine obeyed is of no concern to the new one.
            Files.deleteIfExists(directory.resolve(DesiredFile.NAME));
            NodeIdentity identity =
                    NodeIdentity.store(directory, pair.getPrivate(), answer.getCertificate(), answer.getAuthority());
            log.info("joined at {} as node {}", invitation.controller(), identity.nodeId());
            return identity;
        } catch (StatusRuntimeException e) {
            throw new LinkException("cannot join at " + invitation.controller() + ": " + Wire.words(e), e);
        } catch (GeneralSecurityException | IOException e) {
            throw new LinkException("cannot join at " + invitation.controller() + ": " + e.getMessage(), e);
        } finally {
            channel.shutdownNow();
        }
    }

    /**
     * A new key and certificate for the same node, over a connection that the present ones still open.
     *
     * @throws LinkException when the controller does not give one
     */
    NodeIdentity renew(NodeIdentity present, ManagedChannel channel) {
        try {
            KeyPair pair = Keys.fresh(chance);
            Certificate answer = AgentsGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(ANSWER_WITHIN_SECONDS, TimeUnit.SECONDS)
                    .renew(RenewRequest.newBuilder()
                            .setCertificateRequest(ByteString.copyFrom(Keys.request(pair, chance)))
                            .build());
            if (!answer.getNodeId().equals(present.nodeId())) {
                throw new LinkException("the controller answered for node " + answer.getNodeId());
            }
            // The authority stays the one that was pinned on joining.
            NodeIdentity renewed = NodeIdentity.store(
                    directory, pair.getPrivate(), answer.getCertificate(), Keys.text(present.authority()));
            log.info("the certificate of node {} is renewed until {}", renewed.nodeId(), renewed.expiresAt());
            return renewed;
        } catch (StatusRuntimeException e) {
            throw new LinkException("cannot renew the node's certificate: " + Wire.words(e), e);
        } catch (GeneralSecurityException e) {
            throw new LinkException("cannot renew the node's certificate: " + e.getMessage(), e);
        }
    }
}
