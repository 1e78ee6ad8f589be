/** Tests of the AWS front door. */
@NullMarked
package dev.gantry.controller.aws;

import org.jspecify.annotations.NullMarked;
