"""What a report is printed as: the page (HTML), the Word document and the Excel workbook."""
