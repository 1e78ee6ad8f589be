package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.CreateExpressGatewayServiceRequest;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.document.EcsName;
import dev.gantry.controller.ecs.document.EcsName.ServiceName;
import dev.gantry.controller.ecs.document.Refusals;

/** Express gateway services, of which there are none: each gets its requests by a load balancer, which Gantry does not have. */
final class ExpressOperations {

    private final Writes store;
    private final EcsLookup lookup;

    ExpressOperations(EcsParts parts, Writes store) {
        this.store = store;
        this.lookup = new EcsLookup(parts.arns());
    }

    AwsException create(CreateExpressGatewayServiceRequest request) {
        var _ = lookup.cluster(store.snapshot(), request.cluster());
        return Refusals.unsupported("This service cannot be run: Gantry has no load balancers, which an Express gateway"
                + " service needs. Use CreateService, and a service of the Kubernetes API or host ports to reach its"
                + " tasks.");
    }

    AwsException missing(String arn) {
        checkArn(arn);
        return Refusals.serviceNotFound();
    }

    /** As DescribeExpressGatewayService alone has it. */
    AwsException missingResource(String arn) {
        checkArn(arn);
        return new AwsException("ResourceNotFoundException", "The specified Express gateway service was not found.");
    }

    private void checkArn(String arn) {
        EcsName name = Arns.isArn(arn) ? lookup.arns().parse(arn).orElse(null) : null;
        if (!(name instanceof ServiceName service)) {
            throw Refusals.invalid(
                    "Invalid identifier: " + arn + " is not the ARN of a service in this account and region.");
        }
        var _ = lookup.cluster(store.snapshot(), service.cluster());
    }
}
