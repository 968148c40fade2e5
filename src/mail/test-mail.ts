import type { App } from '../app.ts';
import { AppError } from '../errors.ts';
import { branded } from './brand.ts';
import { smtpTransport } from './transport.ts';

/** Sends one e-mail now, past the outbox, so that what is wrong with the mail server is said to whoever asks. */
export async function sendTestMail(app: App, to: string): Promise<void> {
  const transport = await smtpTransport(app);
  if (!transport)
    throw new AppError('unprocessable', 'No mail server is configured: set smtpHost, or SMTP_URL in the environment', {
      field: 'smtpHost',
      constraint: 'required',
    });
  const { name } = app.settings.current.brand;
  try {
    await transport.transporter.sendMail({
      from: transport.from,
      to,
      subject: branded('oCore: Test message', name),
      text: branded('The mail server of this oCore installation works.\n', name),
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 300) ?? '';
    throw new AppError('unprocessable', `The mail server did not accept the test message: ${reason}`, { reason });
  } finally {
    transport.transporter.close();
  }
}
