/** The AWS front door: signatures, protocols, validation, errors, pagination. Knows no service. */
@NullMarked
package dev.gantry.controller.aws;

import org.jspecify.annotations.NullMarked;
